import { keccak256 } from 'viem/utils';

/** `0x` and lower-case digits. */
export type Hex = `0x${string}`;

/** Bytes as `0x` and lower-case digits. */
export function toHex(bytes: Uint8Array): Hex {
  return `0x${Array.from(bytes, (byte) => pairs[byte]).join('')}`;
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The bytes of a `0x` string of whole bytes, any case; null if it is none. */
export function fromHex(text: string): Uint8Array | null {
  if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

/** Big-endian, unsigned. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}

/** Two's complement, big-endian, of `size` bytes; the number must fit. */
export function fromBigInt(value: bigint, size: number): Uint8Array {
  const digits = BigInt.asUintN(8 * size, value).toString(16);
  return fromHex(`0x${digits.padStart(2 * size, '0')}`) ?? new Uint8Array(size);
}

/** The chunks in one piece. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** Keccak-256, 32 bytes. */
export function keccak(bytes: Uint8Array): Uint8Array {
  return keccak256(bytes, 'bytes');
}

/** Keccak-256 of the UTF-8 text, 32 bytes. */
export function keccakText(text: string): Uint8Array {
  return keccak(new TextEncoder().encode(text));
}

/** The EIP-55 spelling of 20 bytes. */
export function checksumAddress(address: Uint8Array): Hex {
  const digits = toHex(address).slice(2);
  const hash = toHex(keccakText(digits)).slice(2);
  let spelt = '';
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charAt(i);
    spelt += hash.charAt(i) >= '8' ? digit.toUpperCase() : digit;
  }
  return `0x${spelt}`;
}

/** The 20 bytes of an address in any case; null if it is none. */
export function parseAddress(text: unknown): Uint8Array | null {
  const bytes = typeof text === 'string' ? fromHex(text) : null;
  return bytes?.length === 20 ? bytes : null;
}
