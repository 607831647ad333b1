import type { EvmIntent } from '@symbolon/chains/evm';

/** What a load signs: an EIP-1559 transfer of 0.001 ether. */
export function transferOf(nonce: number): EvmIntent {
  return {
    type: 'evm-transaction',
    transaction: {
      transactionType: 2,
      chainId: 1n,
      nonce: BigInt(nonce),
      maxPriorityFeePerGas: 1_500_000_000n,
      maxFeePerGas: 40_000_000_000n,
      gas: 21_000n,
      to: new Uint8Array(20).fill(7),
      value: 10n ** 15n,
      data: new Uint8Array(),
      accessList: [],
    },
  };
}
