import { isObject } from './plain.ts';

/**
 * What this page and the wallet's page say to one another (docs/protocol.md, section 14): the same shapes as the wallet's
 * schemas, written out here so that a dApp installs nothing else. A test holds both together.
 */
const wireVersion = 1;

/** Bytes of JSON that the wallet takes at most as one request. */
export const maxRequestBytes = 256 * 1024;

/** One question. `deadline`: ms since 1970; past it the wallet does not ask the person. */
export interface WalletRequest {
  id: string;
  method: string;
  params: unknown;
  /** 0x hex. */
  chainId: string;
  deadline: number;
}

/** What the wallet says unasked. */
export type WalletEvent =
  | { event: 'accountsChanged'; accounts: readonly string[] }
  | { event: 'chainChanged'; chainId: string }
  | { event: 'show' }
  | { event: 'hide' };

/** `/chains.json` of the wallet's origin. */
export interface ChainList {
  chains: readonly ChainInfo[];
  /** An origin: the relay for pages whose windows the browser cuts off. */
  relayUrl: string;
}

/** Where the wallet works. */
export interface ChainInfo {
  /** 0x hex. */
  chainId: string;
  name: string;
  rpcUrl: string;
  explorerUrl: string | null;
  currency: { name: string; symbol: string; decimals: number };
}

/** The answer to `ready`, with a port. */
export function openMessage(appId: string | undefined): { symbolon: 1; what: 'open'; appId?: string } {
  return { symbolon: wireVersion, what: 'open', ...(appId === undefined ? {} : { appId }) };
}

export function isReady(data: unknown): boolean {
  return isObject(data) && data['symbolon'] === wireVersion && data['what'] === 'ready';
}

export function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-f]{40}$/i.test(value);
}

/** `0x1`: no zero in front, no capitals. */
export function isChainId(value: unknown): value is string {
  return typeof value === 'string' && /^0x[1-9a-f][0-9a-f]{0,13}$/.test(value);
}

export function isAddresses(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isAddress);
}

/** An event, or null for anything else. Only the known fields are taken over. */
export function readEvent(data: unknown): WalletEvent | null {
  if (!isObject(data)) return null;
  const { event, accounts, chainId } = data;
  if (event === 'show' || event === 'hide') return { event };
  if (event === 'accountsChanged' && isAddresses(accounts)) return { event, accounts: [...accounts] };
  if (event === 'chainChanged' && isChainId(chainId)) return { event, chainId };
  return null;
}

/** Reads chains.json, dropping nothing silently: throws TypeError where a part of it is not what it should be. */
export function readChainList(data: unknown): ChainList {
  if (!isObject(data)) throw new TypeError('chains.json: not an object');
  const { chains, relayUrl } = data;
  if (!Array.isArray(chains)) throw new TypeError('chains.json: no list of chains');
  if (typeof relayUrl !== 'string' || !URL.canParse(relayUrl)) throw new TypeError('chains.json: no relay');
  return { chains: chains.map(readChain), relayUrl: new URL(relayUrl).origin };
}

function readChain(chain: unknown): ChainInfo {
  if (!isObject(chain)) throw new TypeError('chains.json: not a chain');
  const { chainId, name, rpcUrl, explorerUrl, currency } = chain;
  if (!isChainId(chainId) || typeof name !== 'string' || typeof rpcUrl !== 'string' || !isObject(currency)) {
    throw new TypeError('chains.json: not a chain');
  }
  return {
    chainId,
    name,
    rpcUrl,
    explorerUrl: typeof explorerUrl === 'string' ? explorerUrl : null,
    currency: {
      name: String(currency['name']),
      symbol: String(currency['symbol']),
      decimals: Number(currency['decimals']),
    },
  };
}
