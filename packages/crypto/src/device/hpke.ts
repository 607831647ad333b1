import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { CipherSuite, DhkemX25519HkdfSha256, HkdfSha256, type KemInterface } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { x25519 } from '@noble/curves/ed25519.js';
import { concat, utf8 } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import {
  type Hpke,
  type HpkeKem,
  type HpkeRecipient,
  KEM_X_WING,
  KEM_X25519,
  REPLY_EXPORT_CONTEXT,
  TAG_LENGTH,
} from '../hpke.ts';
import { Secret } from '../secret.ts';
import { DeviceReplyOpener, DeviceReplySealer } from './reply.ts';

const EXPORT_CONTEXT = utf8(REPLY_EXPORT_CONTEXT);
const EXPORT_LENGTH = 32;

/** One KEM of the library, and its key pair of a serialised private key, which the library's interface lacks. */
interface Kem extends HpkeKem {
  readonly implementation: KemInterface;
  keyPair(seed: Uint8Array): Promise<CryptoKeyPair>;
}

/** HPKE over WebCrypto and JavaScript, for browsers and Node alike; see `Hpke` for the contract. Asynchronous. */
export class DeviceHpke implements Hpke {
  readonly kem: HpkeKem;
  readonly #kem: Kem;
  readonly #suite: CipherSuite;

  constructor(kem: Kem) {
    this.kem = kem;
    this.#kem = kem;
    this.#suite = new CipherSuite({ kem: kem.implementation, kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });
  }

  async seal(
    publicKey: Uint8Array,
    info: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): Promise<{ sealed: Uint8Array; reply: DeviceReplyOpener }> {
    const context = await this.#senderContext(publicKey, info);
    const ciphertext = new Uint8Array(await context.seal(plaintext, aad));
    const enc = new Uint8Array(context.enc);
    return { sealed: concat(enc, ciphertext), reply: new DeviceReplyOpener(await replySecret(context), enc) };
  }

  async generate(): Promise<DeviceRecipient> {
    using seed = Secret.random(this.#kem.seedLength);
    return await this.fromSeed(seed);
  }

  async fromSeed(seed: Secret): Promise<DeviceRecipient> {
    if (seed.length !== this.#kem.seedLength) throw new CryptoError('invalid-key');
    const keyPair = await this.#kem.keyPair(seed.expose());
    const publicKey = new Uint8Array(await this.#suite.kem.serializePublicKey(keyPair.publicKey));
    return new DeviceRecipient(this.#suite, this.#kem.encLength, keyPair, publicKey);
  }

  async #senderContext(publicKey: Uint8Array, info: Uint8Array) {
    if (publicKey.length !== this.#kem.publicKeyLength) throw new CryptoError('invalid-key');
    try {
      const recipientPublicKey = await this.#suite.kem.deserializePublicKey(publicKey);
      return await this.#suite.createSenderContext({ recipientPublicKey, info });
    } catch {
      throw new CryptoError('invalid-key');
    }
  }
}

/** A private key in the library's hands. JavaScript cannot wipe it; disposing makes it unusable and lets it be collected. */
export class DeviceRecipient implements HpkeRecipient {
  readonly publicKey: Uint8Array;
  readonly #suite: CipherSuite;
  readonly #encLength: number;
  #keyPair: CryptoKeyPair | undefined;

  constructor(suite: CipherSuite, encLength: number, keyPair: CryptoKeyPair, publicKey: Uint8Array) {
    this.#suite = suite;
    this.#encLength = encLength;
    this.#keyPair = keyPair;
    this.publicKey = publicKey;
  }

  async open(
    sealed: Uint8Array,
    info: Uint8Array,
    aad: Uint8Array,
  ): Promise<{ plaintext: Secret; reply: DeviceReplySealer }> {
    if (this.#keyPair === undefined) throw new CryptoError('secret-wiped');
    if (sealed.length < this.#encLength + TAG_LENGTH) throw new CryptoError('open-failed');
    const enc = sealed.slice(0, this.#encLength);
    try {
      const context = await this.#suite.createRecipientContext({ recipientKey: this.#keyPair, enc, info });
      const plaintext = Secret.take(new Uint8Array(await context.open(sealed.slice(this.#encLength), aad)));
      return { plaintext, reply: new DeviceReplySealer(await replySecret(context), enc) };
    } catch {
      throw new CryptoError('open-failed');
    }
  }

  [Symbol.dispose](): void {
    this.#keyPair = undefined;
  }
}

/** Context.Export (RFC 9180 section 5.3) of the reply's secret. */
async function replySecret(context: { export(context: Uint8Array, length: number): Promise<ArrayBuffer> }) {
  return Secret.take(new Uint8Array(await context.export(EXPORT_CONTEXT, EXPORT_LENGTH)));
}

const dhkemX25519 = new DhkemX25519HkdfSha256();
const xWing = new XWing();

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. */
export const hpkeX25519 = new DeviceHpke({
  ...KEM_X25519,
  implementation: dhkemX25519,
  async keyPair(seed) {
    return {
      privateKey: await dhkemX25519.deserializePrivateKey(seed),
      publicKey: await dhkemX25519.deserializePublicKey(x25519.getPublicKey(seed)),
    };
  },
});

/** X-Wing, HKDF-SHA256, ChaCha20-Poly1305: hybrid post-quantum. */
export const hpkeXWing = new DeviceHpke({
  ...KEM_X_WING,
  implementation: xWing,
  // A copy, since the library keeps the array it is given.
  keyPair: (seed) => xWing.generateKeyPairDerand(concat(seed)),
});
