import { concat } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { AEAD_AES_256_GCM, type Hpke, type HpkeKem, type HpkeRecipient, KDF_HKDF_SHA256 } from '../hpke.ts';
import { Secret } from '../secret.ts';
import { gcmOpen, gcmSeal } from './gcm.ts';
import { hpkeSuiteId } from './hkdf.ts';
import type { Decapsulator, Encapsulation, Kem } from './kem.ts';
import { type Context, keySchedule, type Suite, suite } from './key-schedule.ts';
import { wipe } from './memory.ts';
import { NativeReplyOpener, NativeReplySealer } from './reply.ts';
import { xWing } from './x-wing.ts';
import { dhkemX25519 } from './x25519.ts';

const AES_256_KEY_LENGTH = 32;

/** HPKE over native code; see `Hpke` for the contract. Synchronous. */
export class NativeHpke implements Hpke {
  readonly kem: HpkeKem;
  readonly #kem: Kem;
  readonly #suite: Suite;

  constructor(kem: Kem) {
    this.kem = kem;
    this.#kem = kem;
    this.#suite = suite(hpkeSuiteId(kem.id, KDF_HKDF_SHA256, AEAD_AES_256_GCM), AES_256_KEY_LENGTH);
  }

  seal(
    publicKey: Uint8Array,
    info: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
  ): { sealed: Uint8Array; reply: NativeReplyOpener } {
    const { sharedSecret, enc } = this.#encapsulate(publicKey);
    const context = this.#schedule(sharedSecret, info);
    try {
      const sealed = concat(enc, gcmSeal(context.key, context.baseNonce, aad, plaintext));
      return { sealed, reply: new NativeReplyOpener(this.#suite.id, context.exporterSecret, enc) };
    } finally {
      wipe(context.key, context.exporterSecret);
    }
  }

  generate(): NativeRecipient {
    using seed = Secret.random(this.#kem.seedLength);
    return this.fromSeed(seed);
  }

  fromSeed(seed: Secret): NativeRecipient {
    if (seed.length !== this.#kem.seedLength) throw new CryptoError('invalid-key');
    return new NativeRecipient(this.#suite, this.#kem, seed);
  }

  #encapsulate(publicKey: Uint8Array): Encapsulation {
    if (publicKey.length !== this.#kem.publicKeyLength) throw new CryptoError('invalid-key');
    try {
      return this.#kem.encapsulate(publicKey);
    } catch {
      throw new CryptoError('invalid-key');
    }
  }

  #schedule(sharedSecret: Uint8Array, info: Uint8Array): Context {
    try {
      return keySchedule(this.#suite, sharedSecret, info);
    } finally {
      wipe(sharedSecret);
    }
  }
}

/** A private key in locked memory (X25519) and OpenSSL's (ML-KEM). */
export class NativeRecipient implements HpkeRecipient {
  readonly #suite: Suite;
  readonly #encLength: number;
  readonly #decapsulator: Decapsulator;

  constructor(suite: Suite, kem: Kem, seed: Secret) {
    this.#suite = suite;
    this.#encLength = kem.encLength;
    this.#decapsulator = kem.decapsulator(seed);
  }

  get publicKey(): Uint8Array {
    return this.#decapsulator.publicKey;
  }

  open(sealed: Uint8Array, info: Uint8Array, aad: Uint8Array): { plaintext: Secret; reply: NativeReplySealer } {
    const enc = sealed.subarray(0, this.#encLength);
    const context = this.#schedule(enc, info);
    try {
      const plaintext = gcmOpen(context.key, context.baseNonce, aad, sealed.subarray(this.#encLength));
      return { plaintext, reply: new NativeReplySealer(this.#suite.id, context.exporterSecret, enc) };
    } finally {
      wipe(context.key, context.exporterSecret);
    }
  }

  [Symbol.dispose](): void {
    this.#decapsulator[Symbol.dispose]();
  }

  #schedule(enc: Uint8Array, info: Uint8Array): Context {
    let sharedSecret: Uint8Array;
    try {
      sharedSecret = this.#decapsulator.decapsulate(enc);
    } catch {
      throw new CryptoError('open-failed'); // too short, or a point of small order: the sender learns neither
    }
    try {
      return keySchedule(this.#suite, sharedSecret, info);
    } finally {
      wipe(sharedSecret);
    }
  }
}

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
export const hpkeX25519 = new NativeHpke(dhkemX25519);
/** X-Wing, HKDF-SHA256, AES-256-GCM: hybrid post-quantum. */
export const hpkeXWing = new NativeHpke(xWing);
