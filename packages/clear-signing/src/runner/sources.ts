import * as viemChains from 'viem/chains';
import type { Hex } from '../bytes.ts';
import { isObject, type JsonObject, own, text } from '../json.ts';
import type { ChainNames, Sources } from '../sources.ts';

/** Names as the EIP-155 lists spell them, where the chain library's differ. */
const listedNames: Record<number, string> = {
  1: 'Ethereum Mainnet',
  10: 'OP Mainnet',
  25: 'Cronos Mainnet',
  56: 'BNB Smart Chain Mainnet',
  97: 'BNB Smart Chain Testnet',
  137: 'Polygon Mainnet',
  146: 'Sonic Mainnet',
  1101: 'Polygon zkEVM',
  5000: 'Mantle',
  42161: 'Arbitrum One',
  42220: 'Celo Mainnet',
  43114: 'Avalanche C-Chain',
  43113: 'Avalanche Fuji Testnet',
  80002: 'Amoy',
  204: 'opBNB Mainnet',
  250: 'Fantom Opera',
  324: 'zkSync Mainnet',
  8217: 'Kaia Mainnet',
  59144: 'Linea',
};

/** The sources of a test file: what its `dataProvider` says, and the public lists of chains. */
export function testSources(dataProvider: unknown): Sources {
  const provider = isObject(dataProvider) ? dataProvider : {};
  const tokens = byAddress(own(provider, 'tokens'));
  const collections = byAddress(own(provider, 'nftCollectionNames'));
  const names = new Map([
    ['local', byAddress(own(provider, 'addressNames'))],
    ['ens', byAddress(own(provider, 'ensNames'))],
  ]);
  const blocks = own(provider, 'blockTimestamps');
  return {
    async token(_chainId, address) {
      const token = tokens.get(address);
      if (!isObject(token)) return null;
      const symbol = text(own(token, 'symbol')) ?? '';
      const decimals = own(token, 'decimals');
      return typeof decimals === 'number' ? { name: text(own(token, 'name')) ?? '', symbol, decimals } : null;
    },
    async chain(chainId) {
      return chains.get(chainId) ?? null;
    },
    async addressName(_chainId, address, source) {
      const name = text(names.get(source)?.get(address));
      return name === undefined ? null : { name, matches: null };
    },
    async collectionName(_chainId, address) {
      return text(collections.get(address)) ?? null;
    },
    async blockTime(_chainId, height) {
      const seconds = isObject(blocks) ? own(blocks, height.toString()) : undefined;
      return typeof seconds === 'number' ? seconds : null;
    },
    async implements(_chainId, address, standard) {
      if (standard === 'erc721') return collections.has(address);
      return standard.startsWith('erc20') || standard === 'erc2612' ? tokens.has(address) : false;
    },
  };
}

/** Where several have had one number, the first of the main networks has it. */
const chains: ReadonlyMap<number, ChainNames> = new Map(
  Object.values(viemChains)
    .sort((a, b) => Number(a.testnet ?? false) - Number(b.testnet ?? false))
    .reverse()
    .map(({ id, name, nativeCurrency }) => [id, { name: listedNames[id] ?? name, currency: nativeCurrency }]),
);

function byAddress(record: unknown): ReadonlyMap<Hex, unknown> {
  const entries = Object.entries(isObject(record) ? record : ({} as JsonObject));
  return new Map(entries.map(([address, value]) => [address.toLowerCase() as Hex, value]));
}
