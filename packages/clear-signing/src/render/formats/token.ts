import { addressOf, integerOf, parseInteger } from '../../abi/value.ts';
import { checksumAddress, toHex } from '../../bytes.ts';
import { isObject, own } from '../../json.ts';
import { ask, type TokenInfo } from '../../sources.ts';
import { decimalText } from '../../text/numbers.ts';
import type { Context } from '../context.ts';
import { isOneOf, literalValue } from '../resolve.ts';
import { chainOf, isDecimals, nativeAmount } from './chain.ts';
import { type Formatter, raw } from './shown.ts';

/** `tokenAmount`: by the token's decimals and ticker, or the chain's own currency's where the descriptor says so. */
export const tokenAmount: Formatter = async (value, params, context) => {
  const integer = integerOf(value);
  if (integer === null) return raw(value, 'wrong-format');
  const token = params.value('token');
  const address = token === null ? null : addressOf(token);
  if (address === null) return raw(value, 'unknown-token');
  const chainId = chainOf(params, context);
  const threshold = parseInteger(params.constant('threshold'));
  const overThreshold = threshold !== null && integer >= threshold;
  const native = isOneOf(address, params.constant('nativeCurrencyAddress'));
  if (native && !overThreshold) return nativeAmount(value, integer, chainId, context);

  const known = native ? await nativeToken(chainId, context) : await tokenInfo(address, chainId, context);
  if (known === null) return { ...raw(value, 'unknown-token'), token: checksumAddress(address) };
  const message = params.constant('message');
  const number = overThreshold
    ? typeof message === 'string'
      ? message
      : 'Unlimited'
    : decimalText(integer, known.decimals);
  return { value: `${number} ${known.symbol}`, ...(native ? {} : { token: checksumAddress(address) }) };
};

/** `tokenTicker`: the token's ticker in place of its address. */
export const tokenTicker: Formatter = async (value, params, context) => {
  const address = addressOf(value);
  if (address === null) return raw(value, 'wrong-format');
  const spelt = checksumAddress(address);
  const known = await tokenInfo(address, chainOf(params, context), context);
  if (known === null) return { value: spelt, address: spelt, warnings: ['unknown-token'] };
  return { value: known.symbol, address: spelt, token: spelt };
};

/** `nftName`: the collection's name and the token's number. */
export const nftName: Formatter = async (value, params, context) => {
  const id = integerOf(value);
  if (id === null) return raw(value, 'wrong-format');
  const collection = params.value('collection');
  const address = collection === null ? null : addressOf(collection);
  const chain = context.container.chainId;
  if (address === null || chain === null) return raw(value, 'unknown-collection');
  const name = await ask(() => context.sources.collectionName?.(chain, toHex(address)));
  const spelt = checksumAddress(address);
  if (name === null || name === '') return { ...raw(value, 'unknown-collection'), address: spelt };
  return { value: `${name} #${id}`, address: spelt };
};

async function nativeToken(chainId: number | null, context: Context): Promise<TokenInfo | null> {
  const names = chainId === null ? null : await ask(() => context.sources.chain?.(chainId));
  return names && { name: names.name, ...names.currency };
}

/** What the sources know of a token; for the called contract itself, else what the descriptor's `metadata.token` says. */
async function tokenInfo(address: Uint8Array, chainId: number | null, context: Context): Promise<TokenInfo | null> {
  if (chainId === null) return null;
  const known = await ask(() => context.sources.token?.(chainId, toHex(address)));
  if (known !== null) return isDecimals(known.decimals) && known.symbol !== '' ? known : null;
  const { to } = context.container;
  const isItself = chainId === context.container.chainId && to !== null && toHex(to) === toHex(address);
  return isItself && context.descriptor.binding.kind === 'contract' ? describedToken(context) : null;
}

function describedToken(context: Context): TokenInfo | null {
  const metadata = own(context.descriptor.file, 'metadata');
  const token = isObject(metadata) ? own(metadata, 'token') : undefined;
  if (!isObject(token)) return null;
  const symbol = literalValue(own(token, 'ticker'));
  const decimals = own(token, 'decimals');
  if (symbol?.kind !== 'string' || !isDecimals(decimals)) return null;
  return { name: symbol.value, symbol: symbol.value, decimals };
}
