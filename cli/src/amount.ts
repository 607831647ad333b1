import { CliError } from './errors.ts';

const decimals = { wei: 0, gwei: 9, ether: 18, eth: 18 } as const;

/**
 * Wei of an amount as people write it: `0.01`, `0.01ether`, `5gwei`, `100wei`; without a unit it is ether. Throws CliError
 * `amount-invalid`, also for digits finer than a wei: nothing is rounded.
 */
export function parseAmount(text: string): bigint {
  const [, whole = '', fraction = '', unit = 'ether'] =
    /^(\d{1,60})(?:\.(\d{1,18}))?\s*(wei|gwei|ether|eth)?$/.exec(text.trim()) ?? [];
  const places = decimals[unit as keyof typeof decimals];
  if (whole === '' || fraction.length > places) {
    const hint = 'Write it like 0.01ether, 5gwei or 100wei; without a unit it is ether.';
    throw new CliError('amount-invalid', `"${text}" is no amount.`, hint);
  }
  return BigInt(whole + fraction.padEnd(places, '0'));
}

/** Wei as ether, every digit. */
export function formatEther(wei: bigint): string {
  const digits = wei.toString().padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  return `${digits.slice(0, -18)}${fraction === '' ? '' : `.${fraction}`} ether`;
}
