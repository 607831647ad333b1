import { offHeap } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import {
  AEAD_CHACHA20_POLY1305,
  type Hpke,
  type HpkeKem,
  type HpkeRecipient,
  KDF_HKDF_SHA256,
  TAG_LENGTH,
} from '../hpke.ts';
import { Secret } from '../secret.ts';
import { chachaOpen, chachaSeal } from './chacha20-poly1305.ts';
import { hpkeSuiteId } from './hkdf.ts';
import type { Decapsulator, Encapsulation, Kem } from './kem.ts';
import { type Context, keySchedule, type Suite, suite } from './key-schedule.ts';
import { wipe } from './memory.ts';
import { NativeReplyOpener, NativeReplySealer } from './reply.ts';
import { SequenceOpener, SequenceSealer } from './sequence.ts';
import { xWing } from './x-wing.ts';
import { dhkemX25519 } from './x25519.ts';

/** Senders that a recipient hears of at the same time are few; each begins anew now and then. */
const rememberedContexts = 64;

/** HPKE over native code; see `Hpke` for the contract. Synchronous. */
export class NativeHpke implements Hpke {
  readonly kem: HpkeKem;
  readonly #kem: Kem;
  readonly #suite: Suite;

  constructor(kem: Kem) {
    this.kem = kem;
    this.#kem = kem;
    this.#suite = suite(hpkeSuiteId(kem.id, KDF_HKDF_SHA256, AEAD_CHACHA20_POLY1305));
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
      const sealed = offHeap(enc.length + plaintext.length + TAG_LENGTH);
      sealed.set(enc);
      chachaSeal(sealed.subarray(enc.length), context.key, context.baseNonce, aad, plaintext);
      return { sealed, reply: new NativeReplyOpener(this.#suite.id, context.exporterSecret, enc) };
    } catch (error) {
      wipe(context.exporterSecret);
      throw error;
    } finally {
      wipe(context.key);
    }
  }

  /** A context for many messages to one recipient, who opens them with `openSequenced`. Throws `invalid-key`. */
  sequence(publicKey: Uint8Array, info: Uint8Array): SequenceSealer {
    const { sharedSecret, enc } = this.#encapsulate(publicKey);
    return new SequenceSealer(enc, this.#schedule(sharedSecret, info));
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
  readonly #sequences = new SequenceOpener(rememberedContexts);

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
      const plaintext = chachaOpen(context.key, context.baseNonce, aad, sealed.subarray(this.#encLength));
      return { plaintext, reply: new NativeReplySealer(this.#suite.id, context.exporterSecret, enc.slice()) };
    } catch (error) {
      wipe(context.exporterSecret);
      throw error;
    } finally {
      wipe(context.key);
    }
  }

  /** Opens a message of a {@link SequenceSealer}. Throws `open-failed`, whatever the reason. */
  openSequenced(sealed: Uint8Array, info: Uint8Array, aad: Uint8Array): Secret {
    const enc = sealed.subarray(0, this.#encLength);
    return this.#sequences.open(sealed, this.#encLength, info, aad, () => this.#schedule(enc, info));
  }

  [Symbol.dispose](): void {
    this.#sequences[Symbol.dispose]();
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

/** DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. */
export const hpkeX25519 = new NativeHpke(dhkemX25519);
/** X-Wing, HKDF-SHA256, ChaCha20-Poly1305: hybrid post-quantum. */
export const hpkeXWing = new NativeHpke(xWing);
