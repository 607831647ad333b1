import type { EvmTransaction, TypedData } from '@symbolon/chains/evm';
import type { Chain } from '../chain/chains.ts';
import type { Explained } from '../model.ts';

/** Who is asked, and by whom. */
export interface Circumstances {
  origin: string;
  registered: boolean;
  /** The person's own, checksummed. */
  address: string;
  chain: Chain;
  /** Whether the person has sent anything to an address before, from here. */
  sentBefore: (to: string) => Promise<boolean>;
}

/** Says what signing something would do, in a form that screens put into words. It never throws for what it cannot say. */
export interface Explainer {
  message: (message: Uint8Array, circumstances: Circumstances) => Promise<Explained>;
  typedData: (typedData: TypedData, circumstances: Circumstances) => Promise<Explained>;
  /** `reverts`: what the chain said when it was asked how much gas this takes, if that was that it fails. */
  transaction: (
    transaction: EvmTransaction,
    circumstances: Circumstances,
    reverts: Revert | null,
  ) => Promise<Explained>;
}

export interface Revert {
  reason: string | null;
}
