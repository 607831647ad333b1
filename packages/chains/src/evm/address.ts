import { keccak_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { at, fieldInvalid, IntentError } from './errors.ts';
import { uncompressedPoint } from './publicKey.ts';

/** Mixed-case text of a 20-byte address (EIP-55). Throws IntentError `field-invalid` for another length. */
export function toChecksumAddress(address: Uint8Array): string {
  if (address.length !== 20) throw fieldInvalid('address', '20 bytes');
  const hex = bytesToHex(address);
  const hash = bytesToHex(keccak_256(utf8ToBytes(hex)));
  const cased = Array.from(hex, (digit, index) =>
    Number.parseInt(hash.charAt(index), 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${cased.join('')}`;
}

/**
 * The 20 bytes of a `0x` address. All lower and all upper case carry no checksum and are taken as they are; mixed case must
 * match EIP-55, since a wrong letter there is a mistyped address. Throws IntentError `field-invalid`, `address-checksum`.
 */
export function parseAddress(text: unknown, path = 'address'): Uint8Array {
  if (typeof text !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(text)) {
    throw fieldInvalid(path, 'an address: 0x and 40 hex digits');
  }
  const digits = text.slice(2);
  const address = hexToBytes(digits);
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (mixed && toChecksumAddress(address) !== text) {
    throw new IntentError(
      'address-checksum',
      `${at(path)}: the address does not match its own checksum`,
      'A digit is probably mistyped: copy the address again from its source.',
    );
  }
  return address;
}

/**
 * EIP-55 address of a secp256k1 public key: 33 bytes compressed or 65 uncompressed (SEC 1, 2.3.3); the last 20 bytes of
 * keccak-256 over X || Y. Throws IntentError `public-key-invalid` for anything that is not a point of the curve.
 */
export function addressOf(publicKey: Uint8Array): string {
  return toChecksumAddress(keccak_256(uncompressedPoint(publicKey)).subarray(12));
}
