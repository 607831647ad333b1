import type { EvmIntent } from '@symbolon/chains/evm';
import type { EvmAccount } from '@symbolon/client';
import { formatEther } from '../amount.ts';
import { CliError } from '../errors.ts';

/** What a filled transaction may take from its sender, wei: the value, and the whole fee at its highest (EIP-1559). */
export function mostOf(intent: EvmIntent): bigint {
  if (intent.type !== 'evm-transaction' || intent.transaction.transactionType !== 2) return 0n;
  const { value, gas, maxFeePerGas } = intent.transaction;
  return value + gas * maxFeePerGas;
}

/** Before anything is signed. Throws CliError `funds-missing`. */
export async function requireFunds(
  needed: bigint,
  balance: bigint,
  account: Pick<EvmAccount, 'address'>,
): Promise<void> {
  if (needed <= balance) return;
  const message = `This takes ${formatEther(needed)}, and the wallet has ${formatEther(balance)}. Nothing was signed.`;
  throw new CliError('funds-missing', message, `Send less, or fund ${await account.address()} first.`);
}
