import { concatBytes } from '../bytes.ts';
import { Tag } from '../der.ts';

/** One DER element (X.690): tag, length, content. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  return concatBytes(Uint8Array.of(tag), length(content.length), content);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return element(Tag.sequence, ...parts);
}

/** A non-negative INTEGER from big-endian bytes, brought to its shortest form. */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Uint8Array.of(0) : bytes.subarray(first);
  return element(Tag.integer, (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(0), digits);
}

/** BIT STRING of whole octets. */
export function bitString(octets: Uint8Array): Uint8Array {
  return element(Tag.bitString, Uint8Array.of(0), octets);
}

/** BIT STRING of named bits, at most eight, without trailing zeros (X.690 11.2.2). */
export function namedBitString(set: readonly number[]): Uint8Array {
  const octet = set.reduce((bits, bit) => bits | (0x80 >> bit), 0);
  return octet === 0
    ? element(Tag.bitString, Uint8Array.of(0))
    : element(Tag.bitString, Uint8Array.of(7 - Math.max(...set), octet));
}

export function boolean(value: boolean): Uint8Array {
  return element(Tag.boolean, Uint8Array.of(value ? 0xff : 0));
}

export function oid(dotted: string): Uint8Array {
  const [top = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(Tag.oid, Uint8Array.from([top * 40 + second, ...rest].flatMap(base128)));
}

/** UTCTime before 2050, GeneralizedTime from then on (RFC 5280 4.1.2.5); `ms` is cut to the second. */
export function time(ms: number): Uint8Array {
  const digits = `${new Date(ms).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  const utc = ms < Date.UTC(2050);
  return element(utc ? Tag.utcTime : Tag.generalizedTime, new TextEncoder().encode(utc ? digits.slice(2) : digits));
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return digits;
}

function length(n: number): Uint8Array {
  if (n < 0x80) return Uint8Array.of(n);
  return n < 0x100 ? Uint8Array.of(0x81, n) : Uint8Array.of(0x82, n >> 8, n & 0xff);
}
