import sodium from 'sodium-native';
import { concat, offHeap, utf8 } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { lockedAlloc, wipe } from './memory.ts';

/** Output of SHA-256, bytes. */
export const HASH_LENGTH = 32;
const BLOCK_LENGTH = 64;
const IPAD = 0x36;
const OPAD = 0x5c;

/**
 * Where the two hashed messages are put together: one place in locked memory, wiped after each use, because allocating for
 * every HMAC takes longer than the HMAC. Everything here is synchronous, so no two uses overlap.
 */
const OUTER_LENGTH = BLOCK_LENGTH + HASH_LENGTH;
const INNER_LENGTH = 2048;
const scratch = lockedAlloc(OUTER_LENGTH + INNER_LENGTH);
const scratchOuter = scratch.subarray(0, OUTER_LENGTH);
const scratchDigest = scratchOuter.subarray(BLOCK_LENGTH);
/** A block of HKDF's output, for the same reason. */
const scratchBlock = lockedAlloc(HASH_LENGTH);

/**
 * HMAC-SHA256 (RFC 2104) into `mac`, 32 bytes, every intermediate wiped. By hand over libsodium's SHA-256, because
 * `createHmac` costs several times as much for a fresh key, and its key object lives until the garbage collector comes.
 */
export function hmacSha256(mac: Uint8Array, key: Uint8Array, ...parts: readonly Uint8Array[]): void {
  let length = BLOCK_LENGTH;
  for (const part of parts) length += part.length;
  const fits = length <= INNER_LENGTH;
  const inner = fits ? scratch.subarray(OUTER_LENGTH, OUTER_LENGTH + length) : offHeap(length);
  try {
    padKey(key, inner);
    let at = BLOCK_LENGTH;
    for (const part of parts) {
      inner.set(part, at);
      at += part.length;
    }
    sodium.crypto_hash_sha256(scratchDigest, inner);
    sodium.crypto_hash_sha256(mac, scratchOuter);
  } finally {
    if (fits) wipe(scratch.subarray(0, OUTER_LENGTH + length));
    else wipe(scratchOuter, inner);
  }
}

/** Writes key xor ipad and key xor opad to the first blocks of the two messages. */
function padKey(key: Uint8Array, inner: Uint8Array): void {
  inner.fill(0, 0, BLOCK_LENGTH);
  if (key.length > BLOCK_LENGTH) sodium.crypto_hash_sha256(inner.subarray(0, HASH_LENGTH), key);
  else inner.set(key);
  for (let i = 0; i < BLOCK_LENGTH; i++) {
    const byte = inner[i] ?? 0;
    inner[i] = byte ^ IPAD;
    scratch[i] = byte ^ OPAD;
  }
}

/** HKDF-Extract (RFC 5869 section 2.2) into `prk`, 32 bytes; `ikm` in parts, so that nobody joins secrets into one more copy. */
export function extract(prk: Uint8Array, salt: Uint8Array, ...ikm: readonly Uint8Array[]): void {
  hmacSha256(prk, salt, ...ikm);
}

const counter = new Uint8Array(1);

/** HKDF-Expand (RFC 5869 section 2.3), fills `okm`, up to 255 * 32 bytes. Throws `length-mismatch` above. */
export function expand(okm: Uint8Array, prk: Uint8Array, ...info: readonly Uint8Array[]): void {
  if (okm.length > 255 * HASH_LENGTH) throw new CryptoError('length-mismatch');
  let previous = okm.subarray(0, 0);
  for (let at = 0; at < okm.length; at += HASH_LENGTH) {
    counter[0] = at / HASH_LENGTH + 1;
    hmacSha256(scratchBlock, prk, previous, ...info, counter);
    previous = okm.subarray(at, at + HASH_LENGTH);
    previous.set(scratchBlock.subarray(0, previous.length));
  }
  wipe(scratchBlock);
}

const VERSION_LABEL = utf8('HPKE-v1');

/** What LabeledExtract (RFC 9180 section 4) puts before the ikm. */
export function extractLabel(suiteId: Uint8Array, label: string): Uint8Array {
  return concat(VERSION_LABEL, suiteId, utf8(label));
}

/** What LabeledExpand (RFC 9180 section 4) puts before the info, for an output of `length` bytes. */
export function expandLabel(suiteId: Uint8Array, label: string, length: number): Uint8Array {
  return concat(i2osp2(length), VERSION_LABEL, suiteId, utf8(label));
}

/** I2OSP(n, 2) (RFC 8017 section 4.1). */
export function i2osp2(n: number): Uint8Array {
  return Uint8Array.of(n >> 8, n & 0xff);
}

/** "HPKE" and the suite's identifiers (RFC 9180 section 5.1). */
export function hpkeSuiteId(kemId: number, kdfId: number, aeadId: number): Uint8Array {
  return concat(utf8('HPKE'), i2osp2(kemId), i2osp2(kdfId), i2osp2(aeadId));
}
