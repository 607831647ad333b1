import { addressOf } from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';
import type { PublicKeys } from '@symbolon/protocol';

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
