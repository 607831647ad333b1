import type { Bytes } from './bytes.ts';
import { refuse } from './error.ts';

/** The identifier octets (X.690 8.1.2) that certificates and revocation lists of these forms are made of. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  crlExtensions: 0xa0,
  extensions: 0xa3,
} as const;

export interface DerElement {
  readonly tag: number;
  readonly content: Bytes;
  /** Header and content: what a signature covers, and what names are compared by. */
  readonly raw: Bytes;
}

/** Reads DER (X.690) elements in order; anything but the one canonical encoding is refused as `malformed`. */
export class DerReader {
  readonly #bytes: Bytes;
  #position = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  next(tag: number): DerElement {
    const start = this.#position;
    if (this.#byte() !== tag) malformed(`tag 0x${tag.toString(16)} expected`);
    const length = this.#length();
    const end = this.#position + length;
    if (end > this.#bytes.length) malformed('truncated');
    const content = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return { tag, content, raw: this.#bytes.subarray(start, end) };
  }

  /** The next element, whatever its tag. */
  any(): DerElement {
    return this.next(this.peek() ?? malformed('truncated'));
  }

  /** The next element if it has this tag, else undefined and nothing is read. */
  optional(tag: number): DerElement | undefined {
    return this.peek() === tag ? this.next(tag) : undefined;
  }

  peek(): number | undefined {
    return this.#bytes[this.#position];
  }

  /** Opens a constructed element: a reader over its content. */
  enter(tag: number): DerReader {
    return new DerReader(this.next(tag).content);
  }

  end(): void {
    if (!this.atEnd) malformed('something after the last element');
  }

  #byte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) return malformed('truncated');
    this.#position += 1;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    if (first === 0x81) {
      const length = this.#byte();
      return length >= 0x80 ? length : malformed('a length longer than necessary');
    }
    if (first === 0x82) {
      const length = this.#byte() * 256 + this.#byte();
      return length >= 0x100 ? length : malformed('a length longer than necessary');
    }
    return malformed('a length of this form');
  }
}

/** Content of an INTEGER that is not negative, minimally encoded, without its sign octet. */
export function unsigned(element: DerElement): Bytes {
  const [first, second] = element.content;
  if (first === undefined || first >= 0x80) return malformed('a negative or empty integer');
  if (first !== 0 || second === undefined) return element.content;
  return second >= 0x80 ? element.content.subarray(1) : malformed('an integer longer than necessary');
}

/** Content of a BIT STRING of whole octets. */
export function octetsOfBits(element: DerElement): Bytes {
  if (element.content[0] !== 0) malformed('a bit string of broken octets');
  return element.content.subarray(1);
}

/** Content of a named-bit BIT STRING (X.690 11.2.2: no trailing zero bits), at most 16 bits, bit 0 first. */
export function namedBits(element: DerElement): boolean[] {
  const [unused, ...octets] = element.content;
  const last = octets.at(-1);
  const canonical =
    unused !== undefined && unused < 8 && last !== undefined && (last & ((1 << (unused + 1)) - 1)) === 1 << unused;
  if (!canonical || octets.length > 2) return malformed('a bit string that is not canonical');
  return octets.flatMap((octet) => Array.from({ length: 8 }, (_, bit) => (octet & (0x80 >> bit)) !== 0));
}

/** A BOOLEAN that is true: where the form has a default of false, DER leaves false out. */
export function requireTrue(element: DerElement): true {
  return element.content.length === 1 && element.content[0] === 0xff ? true : malformed('a boolean that is not TRUE');
}

/** Object identifier in dotted form. */
export function oid(element: DerElement): string {
  const arcs: number[] = [];
  let arc = 0;
  let continued = false;
  for (const byte of element.content) {
    if (!continued && byte === 0x80) malformed('an object identifier padded');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > 0xffffffff) malformed('an object identifier arc too large');
    continued = byte >= 0x80;
    if (continued) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first, ...rest] = arcs;
  if (first === undefined || continued) return malformed('an object identifier cut short');
  const top = Math.min(Math.floor(first / 40), 2);
  return [top, first - top * 40, ...rest].join('.');
}

/** UTCTime or GeneralizedTime in the only forms RFC 5280 4.1.2.5 allows; ms since 1970. */
export function time(reader: DerReader): number {
  const utc = reader.peek() === Tag.utcTime;
  const text = String.fromCharCode(...reader.next(utc ? Tag.utcTime : Tag.generalizedTime).content);
  if (!(utc ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) return malformed('a time of another form');
  const full = utc ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const iso = full.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const ms = Date.parse(iso);
  // The 31st of February parses in some engines and rolls over; only a real date comes back as it went in.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== iso) return malformed('a date that does not exist');
  if (!utc && ms < Date.UTC(2050)) return malformed('a time in the form of later years');
  return ms;
}

function malformed(what: string): never {
  return refuse('malformed', `DER: ${what}`);
}
