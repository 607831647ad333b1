import { concat, offHeap, utf8 } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { REPLY_EXPORT_CONTEXT, REPLY_NONCE_LENGTH, type ReplyOpener, type ReplySealer, TAG_LENGTH } from '../hpke.ts';
import type { Secret } from '../secret.ts';
import { chachaOpen, chachaSeal } from './chacha20-poly1305.ts';
import { expand, extract, HASH_LENGTH } from './hkdf.ts';
import { exportSecret, KEY_LENGTH, NONCE_LENGTH } from './key-schedule.ts';
import { lockedAlloc, random, wipe } from './memory.ts';

const EXPORT_CONTEXT = utf8(REPLY_EXPORT_CONTEXT);
const KEY = utf8('key');
const NONCE = utf8('nonce');

/** Wiped after each reply, none of which overlap: everything here is synchronous. */
const scratch = lockedAlloc(2 * HASH_LENGTH + KEY_LENGTH + NONCE_LENGTH);
const exported = scratch.subarray(0, HASH_LENGTH);
const prk = scratch.subarray(HASH_LENGTH, 2 * HASH_LENGTH);
const key = scratch.subarray(2 * HASH_LENGTH, 2 * HASH_LENGTH + KEY_LENGTH);
const nonce = scratch.subarray(2 * HASH_LENGTH + KEY_LENGTH);

/**
 * The exporter secret behind one reply (RFC 9458 section 4.4), good for one use; nothing is derived from it before. Key and
 * nonce depend on a nonce of the replier's, since a host that replays a request to the replier would otherwise see two
 * plaintexts under one key and nonce, which gives away what they differ in and the key that authenticates.
 */
class ReplyKey {
  readonly #suiteId: Uint8Array;
  readonly #exporterSecret: Uint8Array;
  readonly #enc: Uint8Array;
  #used = false;

  /** Takes the exporter secret over. */
  constructor(suiteId: Uint8Array, exporterSecret: Uint8Array, enc: Uint8Array) {
    this.#suiteId = suiteId;
    this.#exporterSecret = exporterSecret;
    this.#enc = enc;
  }

  /** Runs `work` with the key and nonce of this reply, and wipes everything. Throws `reply-used` the second time. */
  useOnce<Result>(responseNonce: Uint8Array, work: (key: Uint8Array, nonce: Uint8Array) => Result): Result {
    if (this.#used) throw new CryptoError('reply-used');
    try {
      exportSecret(exported, this.#suiteId, this.#exporterSecret, EXPORT_CONTEXT);
      this.wipe();
      extract(prk, concat(this.#enc, responseNonce), exported);
      expand(key, prk, KEY);
      expand(nonce, prk, NONCE);
      return work(key, nonce);
    } finally {
      wipe(scratch);
    }
  }

  wipe(): void {
    this.#used = true;
    wipe(this.#exporterSecret);
  }
}

export class NativeReplySealer implements ReplySealer {
  readonly #key: ReplyKey;

  /** Takes the exporter secret over. */
  constructor(suiteId: Uint8Array, exporterSecret: Uint8Array, enc: Uint8Array) {
    this.#key = new ReplyKey(suiteId, exporterSecret, enc);
  }

  sealReply(aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const responseNonce = random(REPLY_NONCE_LENGTH);
    return this.#key.useOnce(responseNonce, (key, nonce) => {
      const sealed = offHeap(REPLY_NONCE_LENGTH + plaintext.length + TAG_LENGTH);
      sealed.set(responseNonce);
      chachaSeal(sealed.subarray(REPLY_NONCE_LENGTH), key, nonce, aad, plaintext);
      return sealed;
    });
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}

export class NativeReplyOpener implements ReplyOpener {
  readonly #key: ReplyKey;

  /** Takes the exporter secret over. */
  constructor(suiteId: Uint8Array, exporterSecret: Uint8Array, enc: Uint8Array) {
    this.#key = new ReplyKey(suiteId, exporterSecret, enc);
  }

  openReply(aad: Uint8Array, reply: Uint8Array): Secret {
    return this.#key.useOnce(reply.subarray(0, REPLY_NONCE_LENGTH), (key, nonce) =>
      chachaOpen(key, nonce, aad, reply.subarray(REPLY_NONCE_LENGTH)),
    );
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}
