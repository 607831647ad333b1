import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { REPLY_NONCE_LENGTH, type ReplyOpener, type ReplySealer } from '../hpke.ts';
import { Secret } from '../secret.ts';

const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const KEY = utf8('key');
const NONCE = utf8('nonce');

const aead = new Chacha20Poly1305();

interface OneTimeCipher {
  readonly cipher: ReturnType<Chacha20Poly1305['createEncryptionContext']>;
  readonly nonce: Uint8Array;
}

/** The exporter secret behind one reply (RFC 9458 section 4.4), good for one use. */
class ReplyKey {
  readonly #secret: Secret;
  readonly #enc: Uint8Array;
  #used = false;

  constructor(secret: Secret, enc: Uint8Array) {
    this.#secret = secret;
    this.#enc = enc;
  }

  /** Cipher and nonce of this reply; wipes the secret. Throws `reply-used` the second time. */
  once(responseNonce: Uint8Array): OneTimeCipher {
    if (this.#used) throw new CryptoError('reply-used');
    const prk = extract(sha256, this.#secret.expose(), concat(this.#enc, responseNonce));
    using key = Secret.take(expand(sha256, prk, KEY, KEY_LENGTH));
    const nonce = expand(sha256, prk, NONCE, NONCE_LENGTH);
    prk.fill(0);
    this.wipe();
    return { cipher: aead.createEncryptionContext(key.expose()), nonce }; // which takes a copy
  }

  wipe(): void {
    this.#used = true;
    this.#secret.wipe();
  }
}

export class DeviceReplySealer implements ReplySealer {
  readonly #key: ReplyKey;

  constructor(secret: Secret, enc: Uint8Array) {
    this.#key = new ReplyKey(secret, enc);
  }

  async sealReply(aad: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array> {
    const responseNonce = crypto.getRandomValues(new Uint8Array(REPLY_NONCE_LENGTH));
    const { cipher, nonce } = this.#key.once(responseNonce);
    return concat(responseNonce, new Uint8Array(await cipher.seal(nonce, plaintext, aad)));
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}

export class DeviceReplyOpener implements ReplyOpener {
  readonly #key: ReplyKey;

  constructor(secret: Secret, enc: Uint8Array) {
    this.#key = new ReplyKey(secret, enc);
  }

  async openReply(aad: Uint8Array, reply: Uint8Array): Promise<Secret> {
    const { cipher, nonce } = this.#key.once(reply.subarray(0, REPLY_NONCE_LENGTH));
    try {
      return Secret.take(new Uint8Array(await cipher.open(nonce, reply.subarray(REPLY_NONCE_LENGTH), aad)));
    } catch {
      throw new CryptoError('open-failed');
    }
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}
