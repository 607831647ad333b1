import type { StorageLike } from './memory.ts';
import type { Wallet } from './page.ts';
import { isChainId } from './wire.ts';

export interface SymbolonOptions {
  /** Where the wallet is: an origin, https or on this very machine. */
  walletUrl: string;
  /** The id under which the operator registered this dApp: the wallet is then embedded where the browser allows it. */
  appId?: string | undefined;
  /** The chains that the dApp works with, as numbers or 0x hex; the first is where it starts. Left out: all of the operator's. */
  chains?: readonly (number | string)[] | undefined;
  /** Where it starts, if not on the first. */
  defaultChainId?: number | string | undefined;
  /** What wallet lists show; the operator's name for the wallet. */
  name?: string | undefined;
  /** A data: URI of a square image. */
  icon?: string | undefined;
  /** Where addresses and chain outlive a reload: localStorage, or null for nowhere. */
  storage?: StorageLike | null | undefined;
}

/** The options, checked. */
export interface Options {
  wallet: Omit<Wallet, 'relayUrl'>;
  name: string;
  icon: string | undefined;
  /** 0x hex. */
  start: string | undefined;
  /** 0x hex. */
  wanted: readonly string[] | undefined;
}

/** Throws TypeError for what can only be a mistake in the dApp's code. */
export function readOptions(options: SymbolonOptions): Options {
  const { appId, chains, defaultChainId, name = 'Symbolon', icon } = options;
  if (appId !== undefined && !/^[0-9a-z][0-9a-z-]{0,62}$/.test(appId))
    throw new TypeError('appId: not an id of an app');
  if (icon !== undefined && !icon.startsWith('data:image/'))
    throw new TypeError('icon: expected a data: URI of an image');
  const wanted = chains?.map(toChainId);
  const start = defaultChainId === undefined ? wanted?.[0] : toChainId(defaultChainId);
  if (start !== undefined && wanted?.includes(start) === false)
    throw new TypeError('defaultChainId: not one of chains');
  return {
    wallet: { origin: toOrigin(options.walletUrl), appId },
    name,
    icon,
    start,
    wanted,
  };
}

function toOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new TypeError('walletUrl: expected an origin, like https://wallet.example');
  }
  const { hostname, protocol, origin } = url;
  const local =
    hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.0\.0\.1|\[::1\])$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && local)) throw new TypeError('walletUrl: https is missing');
  return origin;
}

function toChainId(chain: number | string): string {
  const id = typeof chain === 'number' ? `0x${chain.toString(16)}` : chain.toLowerCase();
  if (!isChainId(id)) throw new TypeError(`not a chain id: ${chain}`);
  return id;
}
