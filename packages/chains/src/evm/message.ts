import { keccak_256 } from '@noble/hashes/sha3.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat } from './bytes.ts';

/** keccak-256 of a personal message (EIP-191, version 0x45). The prefix keeps it from ever being a transaction. */
export function messageDigest(message: Uint8Array): Uint8Array {
  return keccak_256(concat(utf8ToBytes(`\x19Ethereum Signed Message:\n${message.length}`), message));
}
