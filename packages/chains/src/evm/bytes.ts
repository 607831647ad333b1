import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

export const noBytes: Uint8Array = new Uint8Array();

/** `0x` and two lower-case digits a byte. */
export const toHex = (bytes: Uint8Array): string => `0x${bytesToHex(bytes)}`;

/** The bytes of `0x` hex with two digits a byte, or null where `text` is anything else. */
export function fromHex(text: string): Uint8Array | null {
  return text.length % 2 === 0 && /^0x[0-9a-fA-F]*$/.test(text) ? hexToBytes(text.slice(2)) : null;
}

/** Big-endian without leading zeros, zero as no bytes: the Yellow Paper's BE. */
export function minimalBytes(value: bigint): Uint8Array {
  if (value === 0n) return noBytes;
  const hex = value.toString(16);
  return hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`);
}

/** 32 bytes big-endian, negative values in two's complement. */
export function word(value: bigint): Uint8Array {
  return hexToBytes(BigInt.asUintN(256, value).toString(16).padStart(64, '0'));
}

/** Big-endian bytes as an unsigned integer. */
export function toBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
