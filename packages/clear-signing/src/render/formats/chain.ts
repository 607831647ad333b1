import { integerOf, type Value } from '../../abi/value.ts';
import { ask, type ChainNames } from '../../sources.ts';
import { decimalText } from '../../text/numbers.ts';
import type { Context } from '../context.ts';
import type { Params } from '../resolve.ts';
import { type Formatter, raw, type Shown } from './shown.ts';

/** The chain that a format's `chainId` or `chainIdPath` names, else the container's; null where neither is known. */
export function chainOf(params: Params, context: Context): number | null {
  if (!params.has('chainId')) return context.container.chainId;
  const named = params.value('chainId');
  const chainId = named === null ? null : integerOf(named);
  return chainId !== null && chainId > 0n && chainId <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(chainId) : null;
}

/** What is known of a chain; null for one of no usable currency. */
async function chainNames(context: Context, chainId: number | null): Promise<ChainNames | null> {
  const names = chainId === null ? null : await ask(() => context.sources.chain?.(chainId));
  return names !== null && isDecimals(names.currency.decimals) ? names : null;
}

/** Whether it can be a number of decimals: Solidity's uint8. */
export function isDecimals(decimals: unknown): decimals is number {
  return typeof decimals === 'number' && Number.isInteger(decimals) && decimals >= 0 && decimals <= 255;
}

/** An amount in a chain's own currency. */
export async function nativeAmount(
  value: Value,
  amount: bigint,
  chainId: number | null,
  context: Context,
): Promise<Shown> {
  const names = await chainNames(context, chainId);
  if (names === null) return raw(value, 'unknown-chain');
  return { value: `${decimalText(amount, names.currency.decimals)} ${names.currency.symbol}` };
}

/** `amount`: in the container chain's currency. */
export const amount: Formatter = (value, _params, context) => {
  const integer = integerOf(value);
  if (integer === null) return raw(value, 'wrong-format');
  return nativeAmount(value, integer, context.container.chainId, context);
};

/** `chainId`: the chain's name. */
export const chainId: Formatter = async (value, _params, context) => {
  const integer = integerOf(value);
  if (integer === null) return raw(value, 'wrong-format');
  const known = integer > 0n && integer <= BigInt(Number.MAX_SAFE_INTEGER);
  const names = known ? await ask(() => context.sources.chain?.(Number(integer))) : null;
  return names === null ? raw(value, 'unknown-chain') : { value: names.name };
};
