import type { Lock } from '@symbolon/client';

/** Runs work while no other page of this storage has a transaction of this address on this chain under way. */
export type NonceTurn = <T>(chainId: string, address: string, work: () => Promise<T>) => Promise<T>;

/**
 * One queue per chain and address, from the moment when a nonce is read until the chain has the transaction: two windows that
 * asked at once would otherwise show, and sign, the same number. It ends with the page that holds it.
 */
export const nonceTurns =
  (lock: Lock): NonceTurn =>
  (chainId, address, work) =>
    lock(`nonce.${chainId}.${address.toLowerCase()}`, work);
