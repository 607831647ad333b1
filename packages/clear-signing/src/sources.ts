import type { Hex } from './bytes.ts';

/** What a wallet knows of a token. `decimals` as the contract says, 0 to 255. */
export interface TokenInfo {
  name: string;
  symbol: string;
  decimals: number;
}

/** A chain's name as in the EIP-155 lists, and its currency. */
export interface ChainNames {
  name: string;
  currency: { symbol: string; decimals: number };
}

/**
 * What the engine can't know from the request and the descriptor. Addresses are in lower case. Every answer may be null,
 * and a method may be missing or fail: then the value is shown as it is in the data, with a warning. Answers are
 * believed, so they have to come from lists and resolvers that the wallet trusts, never from the asking dApp.
 */
export interface Sources {
  token?(chainId: number, address: Hex): Promise<TokenInfo | null>;
  chain?(chainId: number): Promise<ChainNames | null>;
  /**
   * A trusted name. `source` is one of the specification's ("local", "ens") or another's own word. `matches`: whether
   * the address is of one of `types` (empty: any type will do), null where the wallet can't tell.
   */
  addressName?(
    chainId: number,
    address: Hex,
    source: string,
    types: readonly string[],
  ): Promise<{ name: string; matches: boolean | null } | null>;
  collectionName?(chainId: number, address: Hex): Promise<string | null>;
  /** When a block was, or will be about: Unix time in seconds. */
  blockTime?(chainId: number, height: bigint): Promise<number | null>;
  /** The plaintext of an encrypted value, as the ABI word of its `plaintextType`. */
  decrypt?(encrypted: {
    chainId: number;
    contract: Hex | null;
    scheme: string;
    plaintextType: string;
    handle: Hex;
  }): Promise<Hex | null>;
  /** What a proxy delegates to; null for what is no proxy. */
  implementation?(chainId: number, address: Hex): Promise<Hex | null>;
  /** Whether one of the factories emitted `deployEvent` (a Solidity event signature) naming the address. */
  deployedBy?(chainId: number, address: Hex, factories: readonly Hex[], deployEvent: string): Promise<boolean>;
  /** Whether a contract is known to be of a standard: "erc20", "erc721", "erc4626", "erc2612"... as `ercs/` names them. */
  implements?(chainId: number, address: Hex, standard: string): Promise<boolean>;
}

/** Asks a source once; what is missing or fails is an answer that there is none. */
export async function ask<T>(question: () => Promise<T | null> | undefined): Promise<T | null> {
  try {
    return (await question()) ?? null;
  } catch {
    return null;
  }
}
