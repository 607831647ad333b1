import { addressName, interoperableAddressName } from './address.ts';
import { calldata } from './calldata.ts';
import { amount, chainId } from './chain.ts';
import { date, duration, enumeration, unit } from './number.ts';
import { type Formatter, raw } from './shown.ts';
import { nftName, tokenAmount, tokenTicker } from './token.ts';

/** ERC-7730's field formats by their names. */
export const formatters: ReadonlyMap<string, Formatter> = new Map<string, Formatter>([
  ['raw', (value) => raw(value)],
  ['amount', amount],
  ['tokenAmount', tokenAmount],
  ['nftName', nftName],
  ['date', date],
  ['duration', duration],
  ['unit', unit],
  ['enum', enumeration],
  ['chainId', chainId],
  ['calldata', calldata],
  ['addressName', addressName],
  ['tokenTicker', tokenTicker],
  ['interoperableAddressName', interoperableAddressName],
]);
