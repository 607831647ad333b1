import { offHeap } from './bytes.ts';
import { CryptoError } from './errors.ts';

const REDACTED = '[secret]';
/** `crypto.getRandomValues` refuses more bytes at once (Web Cryptography API, section 10.1.1). */
const RANDOM_CHUNK = 65_536;

/**
 * Key material that can be wiped and that no log, template, JSON, inspection or structured clone can show.
 * Use with `using`, or wipe it in `finally`.
 */
export class Secret {
  #bytes: Uint8Array<ArrayBuffer>;
  #wiped = false;

  private constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
  }

  /**
   * Moves `bytes` into a Secret: copies them off the JavaScript heap and zeroes the source, which the caller must not use
   * any more. It always copies, because reading `bytes.buffer` to find out whether the array lies on the heap would make
   * the engine move it and leave the original behind.
   */
  static take(bytes: Uint8Array): Secret {
    const own = offHeap(bytes.length);
    own.set(bytes);
    bytes.fill(0);
    return new Secret(own);
  }

  /** `length` bytes of the platform's CSPRNG. */
  static random(length: number): Secret {
    const bytes = offHeap(length);
    for (let at = 0; at < length; at += RANDOM_CHUNK) {
      globalThis.crypto.getRandomValues(bytes.subarray(at, Math.min(at + RANDOM_CHUNK, length)));
    }
    return new Secret(bytes);
  }

  /** `length` zero bytes, to be written through `expose()`. */
  static alloc(length: number): Secret {
    return new Secret(offHeap(length));
  }

  /** Bytes held. Throws `secret-wiped`. */
  get length(): number {
    return this.expose().length;
  }

  /** The live bytes, not a copy: keep no reference to them beyond the Secret's life. Throws `secret-wiped`. */
  expose(): Uint8Array<ArrayBuffer> {
    if (this.#wiped) throw new CryptoError('secret-wiped');
    return this.#bytes;
  }

  /** Zeroes the bytes; every later use throws. Wiping twice is harmless. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#wiped = true;
  }

  [Symbol.dispose](): void {
    this.wipe();
  }

  toJSON(): string {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  /** What `util.inspect`, and so `console.log`, prints in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
