import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, toBigint } from './bytes.ts';
import { IntentError } from './errors.ts';
import type { EvmIntent } from './intent.ts';
import { signedTransaction } from './transactionEncoding.ts';

/** A secp256k1 signature: r || s, 64 bytes, and the parity of the y coordinate behind r. */
export interface RecoverableSignature {
  readonly compact: Uint8Array;
  readonly recovery: 0 | 1;
}

/** `signature`: r || s || v, 65 bytes, v 27 or 28. For a transaction also its raw signed bytes and their keccak-256. */
export interface Assembled {
  readonly signature: Uint8Array;
  readonly signed?: Uint8Array;
  readonly hash?: Uint8Array;
}

/** Order of secp256k1 (SEC 2, 2.4.1). */
const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Lays a signature to the intent it signs. Throws IntentError `signature-invalid` for a wrong size or a value that no chain
 * accepts: r or s out of range, s above n/2 (EIP-2).
 */
export function assemble(intent: EvmIntent, { compact, recovery }: RecoverableSignature): Assembled {
  const r = toBigint(compact.subarray(0, 32));
  const s = toBigint(compact.subarray(32));
  if (compact.length !== 64 || (recovery !== 0 && recovery !== 1) || r === 0n || r >= n || s === 0n || s > n / 2n) {
    throw new IntentError(
      'signature-invalid',
      'not a low-S secp256k1 signature',
      'Expected r || s, 64 bytes, and 0 or 1.',
    );
  }
  const signature = concat(compact, Uint8Array.of(27 + recovery));
  if (intent.type !== 'evm-transaction') return { signature };
  const signed = signedTransaction(intent.transaction, r, s, recovery);
  return { signature, signed, hash: keccak_256(signed) };
}
