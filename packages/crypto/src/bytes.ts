import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { CryptoError } from './errors.ts';

/**
 * `length` zero bytes whose memory is not on the JavaScript heap. The engine keeps small typed arrays on its moving heap,
 * where a copy stays behind that nobody can wipe; an explicit ArrayBuffer never moves.
 */
export function offHeap(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

/** All parts one after another, in off-heap memory, so that it may be used for key material. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = offHeap(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Equality whose time depends on the lengths only, not on where the first difference lies. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Node's own code where there is one: a quarter of the time, on every hop of a signature. */
const platformHash = globalThis.process?.getBuiltinModule?.('node:crypto').hash;

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  if (platformHash === undefined) return nobleSha256(data);
  const { buffer, byteOffset, length } = platformHash('sha256', data, 'buffer');
  return new Uint8Array(buffer, byteOffset, length);
}

const HEX = utf8('0123456789abcdef');
const BASE64URL = utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const INVALID = 255;
const HEX_VALUE = inverse(HEX);
'ABCDEF'.split('').forEach((digit, i) => {
  HEX_VALUE[digit.charCodeAt(0)] = 10 + i;
});
const BASE64URL_VALUE = inverse(BASE64URL);

/** Lower-case hex without prefix. Never for secrets: strings cannot be wiped. */
export function toHex(bytes: Uint8Array): string {
  const out = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    out[2 * i] = HEX[byte >> 4] ?? 0;
    out[2 * i + 1] = HEX[byte & 15] ?? 0;
  }
  return decoder.decode(out);
}

/** Bytes of hex in either case, without prefix. Throws `invalid-encoding` for an odd length or another character. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0) throw new CryptoError('invalid-encoding');
  const out = offHeap(text.length / 2);
  for (let i = 0; i < out.length; i++) {
    out[i] = (valueAt(HEX_VALUE, text, 2 * i) << 4) | valueAt(HEX_VALUE, text, 2 * i + 1);
  }
  return out;
}

/** base64url without padding (RFC 4648 section 5). Never for secrets: strings cannot be wiped. */
export function toBase64url(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil((bytes.length * 8) / 6));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6) out[at++] = BASE64URL[(held >> (bits - 6)) & 63] ?? 0;
    held &= (1 << bits) - 1;
  }
  if (bits > 0) out[at] = BASE64URL[(held << (6 - bits)) & 63] ?? 0;
  return decoder.decode(out);
}

/**
 * Bytes of unpadded base64url. Throws `invalid-encoding` for padding, another alphabet, white space, an impossible
 * length, or unused bits that are not zero: two texts for the same bytes would let a signed text be replayed as a new one.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1) throw new CryptoError('invalid-encoding');
  const out = offHeap(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    held = (held << 6) | valueAt(BASE64URL_VALUE, text, i);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0) throw new CryptoError('invalid-encoding');
  return out;
}

function inverse(alphabet: Uint8Array): Uint8Array {
  const values = new Uint8Array(128).fill(INVALID);
  alphabet.forEach((character, value) => {
    values[character] = value;
  });
  return values;
}

function valueAt(values: Uint8Array, text: string, index: number): number {
  const value = values[text.charCodeAt(index)] ?? INVALID;
  if (value === INVALID) throw new CryptoError('invalid-encoding');
  return value;
}
