import { concat, utf8 } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { REPLY_EXPORT_CONTEXT, REPLY_NONCE_LENGTH, type ReplyOpener, type ReplySealer } from '../hpke.ts';
import { Secret } from '../secret.ts';
import { gcmOpen, gcmSeal } from './gcm.ts';
import { expand, extract } from './hkdf.ts';
import { exportSecret, NONCE_LENGTH } from './key-schedule.ts';
import { random, wipe } from './memory.ts';

const KEY_LENGTH = 32;
const EXPORT_CONTEXT = utf8(REPLY_EXPORT_CONTEXT);
const KEY = utf8('key');
const NONCE = utf8('nonce');

/**
 * The exporter secret behind one reply (RFC 9458 section 4.4), good for one use. Key and nonce depend on a nonce of the
 * replier's, since a host that replays a request to the replier would otherwise see two plaintexts under one AES-GCM
 * nonce, which gives the authentication key away.
 */
class ReplyKey {
  readonly #secret: Secret;
  readonly #enc: Uint8Array;
  #used = false;

  constructor(suiteId: Uint8Array, exporterSecret: Uint8Array, enc: Uint8Array) {
    this.#secret = Secret.take(exportSecret(suiteId, exporterSecret, EXPORT_CONTEXT, KEY_LENGTH));
    this.#enc = enc.slice();
  }

  /** Runs `work` with the key and nonce of this reply, and wipes everything. Throws `reply-used` the second time. */
  useOnce<Result>(responseNonce: Uint8Array, work: (key: Uint8Array, nonce: Uint8Array) => Result): Result {
    if (this.#used) throw new CryptoError('reply-used');
    const prk = extract(concat(this.#enc, responseNonce), this.#secret.expose());
    const key = expand(prk, KEY_LENGTH, KEY);
    const nonce = expand(prk, NONCE_LENGTH, NONCE);
    this.wipe();
    try {
      return work(key, nonce);
    } finally {
      wipe(prk, key, nonce);
    }
  }

  wipe(): void {
    this.#used = true;
    this.#secret.wipe();
  }
}

export class NativeReplySealer implements ReplySealer {
  readonly #key: ReplyKey;

  constructor(suiteId: Uint8Array, exporterSecret: Uint8Array, enc: Uint8Array) {
    this.#key = new ReplyKey(suiteId, exporterSecret, enc);
  }

  sealReply(aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const responseNonce = random(REPLY_NONCE_LENGTH);
    return this.#key.useOnce(responseNonce, (key, nonce) => concat(responseNonce, gcmSeal(key, nonce, aad, plaintext)));
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}

export class NativeReplyOpener implements ReplyOpener {
  readonly #key: ReplyKey;

  constructor(suiteId: Uint8Array, exporterSecret: Uint8Array, enc: Uint8Array) {
    this.#key = new ReplyKey(suiteId, exporterSecret, enc);
  }

  openReply(aad: Uint8Array, reply: Uint8Array): Secret {
    return this.#key.useOnce(reply.subarray(0, REPLY_NONCE_LENGTH), (key, nonce) =>
      gcmOpen(key, nonce, aad, reply.subarray(REPLY_NONCE_LENGTH)),
    );
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}
