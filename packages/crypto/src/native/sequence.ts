import { offHeap } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { TAG_LENGTH } from '../hpke.ts';
import { Secret } from '../secret.ts';
import { chachaOpen, chachaSeal } from './chacha20-poly1305.ts';
import { type Context, NONCE_LENGTH } from './key-schedule.ts';
import { wipe } from './memory.ts';

/** Bytes of the sequence number that ends a sequenced message. */
const SEQUENCE_LENGTH = 4;

/**
 * One HPKE context for many messages (RFC 9180 section 5.2): the encapsulation, most of what a message costs, is paid once. Its
 * sequence number goes along in the clear, so that messages may come in any order, or not at all:
 * enc || ciphertext || tag || sequence (u32).
 */
export class SequenceSealer implements Disposable {
  readonly #enc: Uint8Array;
  readonly #key: Secret;
  readonly #baseNonce: Uint8Array;
  #next = 0;

  /** Takes the context's secrets over. */
  constructor(enc: Uint8Array, context: Context) {
    this.#enc = enc;
    this.#key = Secret.take(context.key);
    this.#baseNonce = context.baseNonce.slice();
    wipe(context.exporterSecret);
  }

  /** How many messages it has sealed. Owners begin anew long before 2^32. */
  get count(): number {
    return this.#next;
  }

  seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const end = this.#enc.length + plaintext.length + TAG_LENGTH;
    const sealed = offHeap(end + SEQUENCE_LENGTH);
    sealed.set(this.#enc);
    const sequence = this.#next;
    // Counted before it is used: no error on the way can bring a nonce back.
    this.#next += 1;
    chachaSeal(
      sealed.subarray(this.#enc.length, end),
      this.#key.expose(),
      nonceOf(this.#baseNonce, sequence),
      aad,
      plaintext,
    );
    new DataView(sealed.buffer).setUint32(end, sequence);
    return sealed;
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}

/** The receiving side: remembers the contexts that it opened messages of, and pays each encapsulation once. */
export class SequenceOpener implements Disposable {
  readonly #contexts = new Map<string, { key: Secret; baseNonce: Uint8Array }>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** `schedule` makes the context of an `enc` not seen before. Throws `open-failed`. */
  open(sealed: Uint8Array, encLength: number, info: Uint8Array, aad: Uint8Array, schedule: () => Context): Secret {
    const end = sealed.length - SEQUENCE_LENGTH;
    if (end < encLength + TAG_LENGTH) throw new CryptoError('open-failed');
    const sequence = new DataView(sealed.buffer, sealed.byteOffset).getUint32(end);
    const name = nameOf(sealed.subarray(0, encLength), info);
    const known = this.#contexts.get(name);
    const context = known ?? this.#take(schedule());
    try {
      const nonce = nonceOf(context.baseNonce, sequence);
      const plaintext = chachaOpen(context.key.expose(), nonce, aad, sealed.subarray(encLength, end));
      // Only what opens is remembered: noise pushes nobody out.
      if (known === undefined) this.#remember(name, context);
      return plaintext;
    } catch (error) {
      if (known === undefined) context.key.wipe();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const { key } of this.#contexts.values()) key.wipe();
    this.#contexts.clear();
  }

  #take(context: Context) {
    wipe(context.exporterSecret);
    return { key: Secret.take(context.key), baseNonce: context.baseNonce.slice() };
  }

  #remember(name: string, context: { key: Secret; baseNonce: Uint8Array }): void {
    this.#contexts.set(name, context);
    if (this.#contexts.size <= this.#capacity) return;
    for (const [oldest, { key }] of this.#contexts) {
      key.wipe();
      this.#contexts.delete(oldest);
      return;
    }
  }
}

/** ComputeNonce (RFC 9180 section 5.2). */
function nonceOf(baseNonce: Uint8Array, sequence: number): Uint8Array {
  const nonce = baseNonce.slice();
  const view = new DataView(nonce.buffer, nonce.byteOffset + NONCE_LENGTH - SEQUENCE_LENGTH);
  view.setUint32(0, (view.getUint32(0) ^ sequence) >>> 0);
  return nonce;
}

const nameOf = (enc: Uint8Array, info: Uint8Array) =>
  `${Buffer.from(enc.buffer, enc.byteOffset, enc.length).toString('latin1')}/${Buffer.from(info).toString('latin1')}`;
