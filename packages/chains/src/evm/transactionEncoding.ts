import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, minimalBytes, noBytes } from './bytes.ts';
import { encodeRlp, type Rlp } from './rlp.ts';
import type { Eip1559Transaction, Eip2930Transaction, EvmTransaction } from './transaction.ts';

/** What is signed: keccak-256 of the unsigned encoding, 32 bytes (EIP-155, EIP-2930, EIP-1559). */
export function transactionDigest(transaction: EvmTransaction): Uint8Array {
  // EIP-155: the chain id and two zeros stand where the signature will.
  const tail = transaction.transactionType === 0 ? [minimalBytes(transaction.chainId), noBytes, noBytes] : [];
  return keccak_256(encodeTransaction(transaction, tail));
}

/** Raw signed transaction, ready to broadcast. `recovery` is the parity of the y coordinate behind `r`. */
export function signedTransaction(transaction: EvmTransaction, r: bigint, s: bigint, recovery: 0 | 1): Uint8Array {
  const parity = BigInt(recovery);
  const v = transaction.transactionType === 0 ? transaction.chainId * 2n + 35n + parity : parity;
  return encodeTransaction(transaction, [v, r, s].map(minimalBytes));
}

function encodeTransaction(transaction: EvmTransaction, tail: readonly Rlp[]): Uint8Array {
  const { chainId, nonce, gas, to, value, data } = transaction;
  const call: Rlp[] = [minimalBytes(gas), to ?? noBytes, minimalBytes(value), data];
  switch (transaction.transactionType) {
    case 0:
      return encodeRlp([minimalBytes(nonce), minimalBytes(transaction.gasPrice), ...call, ...tail]);
    case 1: {
      const fees = [minimalBytes(transaction.gasPrice)];
      return typed(1, [
        minimalBytes(chainId),
        minimalBytes(nonce),
        ...fees,
        ...call,
        accessListRlp(transaction),
        ...tail,
      ]);
    }
    case 2: {
      const fees = [minimalBytes(transaction.maxPriorityFeePerGas), minimalBytes(transaction.maxFeePerGas)];
      return typed(2, [
        minimalBytes(chainId),
        minimalBytes(nonce),
        ...fees,
        ...call,
        accessListRlp(transaction),
        ...tail,
      ]);
    }
  }
}

/** EIP-2718: the type byte stands before the payload and is signed with it. */
const typed = (type: 1 | 2, payload: Rlp): Uint8Array => concat(Uint8Array.of(type), encodeRlp(payload));

function accessListRlp(transaction: Eip2930Transaction | Eip1559Transaction): Rlp {
  return transaction.accessList.map((entry) => [entry.address, entry.storageKeys]);
}
