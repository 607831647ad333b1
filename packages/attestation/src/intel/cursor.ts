import type { Bytes } from '../bytes.ts';
import { refuse } from '../error.ts';

/** Reads a quote's fields in order: fixed sizes, numbers little-endian. Throws `malformed` where a field is not all there. */
export class Cursor {
  readonly #bytes: Bytes;
  #position = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#position;
  }

  take(length: number): Bytes {
    const end = this.#position + length;
    if (end > this.#bytes.length) refuse('malformed', 'quote: truncated');
    const field = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return field;
  }

  skip(length: number): void {
    this.take(length);
  }

  u16(): number {
    return littleEndian(this.take(2));
  }

  u32(): number {
    return littleEndian(this.take(4));
  }

  rest(): Bytes {
    return this.take(this.#bytes.length - this.#position);
  }

  end(): void {
    if (this.#position !== this.#bytes.length) refuse('malformed', 'quote: a size that does not fit');
  }
}

function littleEndian(bytes: Bytes): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
