import { addressOf } from '@symbolon/chains/evm';
import type { Wallet } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import { flippedStatement, type PublicKeys } from '@symbolon/protocol';

/** What a wallet goes by on each chain family. */
export interface Addresses {
  /** EIP-55, where there is a secp256k1 key. */
  evm: string | null;
  /** Public key in hex, where there is one. */
  ed25519: string | null;
}

export function addressesOf({ secp256k1, ed25519 }: PublicKeys): Addresses {
  return {
    evm: secp256k1 === undefined ? null : addressOf(secp256k1),
    ed25519: ed25519 === undefined ? null : toHex(ed25519),
  };
}

export function addressLines({ evm, ed25519 }: Addresses): string[] {
  return [
    ...(evm === null ? [] : [`Ethereum address    ${evm}`]),
    ...(ed25519 === null ? [] : [`Ed25519 public key  ${ed25519}`]),
  ];
}

/** Which pair of shares a verified wallet has, and since when (ms): its making, or the kms's word on the last rotation. */
export function epochOf({ deed, record: { epoch, flip } }: Pick<Wallet, 'deed' | 'record'>): {
  number: number;
  since: number;
} {
  return { number: epoch, since: flip === null ? deed.made.at : flippedStatement.body.decode(flip.body).at };
}
