import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concat, offHeap } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { TAG_LENGTH } from '../hpke.ts';
import { Secret } from '../secret.ts';
import { xorInto } from '../split.ts';
import { constantTimeEqual, random, wipe } from './memory.ts';

/** AES-256-GCM (NIST SP 800-38D): ciphertext || tag. `nonce` is 12 bytes and must be new for this key. */
export function gcmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const cipher = withoutStackTraces(() => createCipheriv('aes-256-gcm', key, nonce)).setAAD(aad);
  const ciphertext = cipher.update(plaintext);
  cipher.final(); // frees OpenSSL's context, and with it the expanded key, now rather than at garbage collection
  return concat(ciphertext, cipher.getAuthTag());
}

/**
 * The plaintext of `ciphertext || tag`. Throws `open-failed`.
 *
 * Not `createDecipheriv('aes-256-gcm')`: its `update` allocates one byte too many, copies, and frees the first buffer
 * unwiped, so a share would lie about in freed memory. Instead the ciphertext is masked with random bytes and run through
 * the same counter stream, so that what OpenSSL's wrapper leaves behind is masked; then the plaintext, in our own memory,
 * is sealed again, and the two tags are compared. Plaintext that fails is wiped before anybody sees it.
 */
export function gcmOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Secret {
  const length = sealed.length - TAG_LENGTH;
  if (length < 0) throw new CryptoError('open-failed');
  const plaintext = Secret.alloc(length);
  const bytes = plaintext.expose();
  const mask = random(length);
  try {
    bytes.set(sealed.subarray(0, length));
    xorInto(bytes, mask);
    const counter = withoutStackTraces(() => createDecipheriv('aes-256-ctr', key, firstCounter(nonce)));
    bytes.set(counter.update(bytes));
    counter.final();
    xorInto(bytes, mask);
    const tag = gcmSeal(key, nonce, aad, bytes).subarray(length);
    if (!constantTimeEqual(tag, sealed.subarray(length))) throw new CryptoError('open-failed');
    return plaintext;
  } catch {
    plaintext.wipe();
    throw new CryptoError('open-failed');
  } finally {
    wipe(mask);
  }
}

/** inc32(J0), the counter block of the first plaintext block under a 96-bit nonce (SP 800-38D, section 7.1). */
function firstCounter(nonce: Uint8Array): Uint8Array {
  const counter = offHeap(16);
  counter.set(nonce);
  counter[15] = 2;
  return counter;
}

/**
 * Node finds out that a raw key is not a key object by catching two errors, whose stack traces take longer than the
 * encryption. A key object would spare them, but keeps its copy of the key until the garbage collector comes.
 */
function withoutStackTraces<Result>(work: () => Result): Result {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
