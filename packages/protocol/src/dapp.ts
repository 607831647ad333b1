import * as v from 'valibot';

/**
 * What a dApp's page and the wallet's page say to one another (docs/protocol.md, section 14). It is JSON-like structured-clone
 * data over a MessagePort, not CBOR: nothing in it is secret, and nothing in it is ever signed as it stands.
 *
 * The wallet's page says `ready` to whoever opened or embeds it. The dApp's page answers with `open` and a port; the wallet takes
 * the origin from the browser's own word on that one event, and everything after passes through the port.
 */
export const dappVersion = 1;

const id = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{1,64}$/));
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** To the window that opened or embeds the wallet's page, whoever it is: it says nothing. */
export const readySchema = v.strictObject({ symbolon: v.literal(dappVersion), what: v.literal('ready') });
export type Ready = v.InferOutput<typeof readySchema>;

/** The answer, with one port transferred. `appId` is a wish: the wallet looks the origin up itself. */
export const openSchema = v.strictObject({
  symbolon: v.literal(dappVersion),
  what: v.literal('open'),
  appId: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-z][0-9a-z-]{0,62}$/))),
});
export type Open = v.InferOutput<typeof openSchema>;

/** What goes to the wallet and needs the person, their permission or what the wallet keeps. Reads of a chain go to its RPC. */
export const walletMethods = [
  'eth_requestAccounts',
  'eth_accounts',
  'personal_sign',
  'eth_signTypedData_v4',
  'eth_sendTransaction',
  'eth_signTransaction',
  'wallet_addEthereumChain',
  'wallet_switchEthereumChain',
  'wallet_watchAsset',
  'wallet_requestPermissions',
  'wallet_getPermissions',
  'wallet_revokePermissions',
  'wallet_getCapabilities',
  'wallet_sendCalls',
  'wallet_getCallsStatus',
  'wallet_showCallsStatus',
  'wallet_connect',
  'wallet_disconnect',
] as const;
export type WalletMethod = (typeof walletMethods)[number];

/** One question. `chainId`: the chain that the dApp is on, as 0x hex. `deadline`: ms; past it the wallet does not ask the person. */
export const dappRequestSchema = v.strictObject({
  id,
  method: v.picklist(walletMethods),
  params: v.unknown(),
  chainId: v.pipe(v.string(), v.regex(/^0x[1-9a-f][0-9a-f]{0,13}$/)),
  deadline: time,
});
export type DappRequest = v.InferOutput<typeof dappRequestSchema>;

/** EIP-1193 and EIP-1474 codes, and the reason by which a program tells one refusal from another (docs/errors.md). */
export interface DappError {
  code: number;
  reason: string;
  message: string;
}

/** Exactly one for each question. */
export type DappAnswer = { id: string; result: unknown } | { id: string; error: DappError };

/** What the wallet says unasked. The dialog asks its page to show it, at most as large as the page, or to take it away. */
export type DappEvent =
  | { event: 'accountsChanged'; accounts: readonly string[] }
  | { event: 'chainChanged'; chainId: string }
  | { event: 'show' }
  | { event: 'hide' };

/** What anybody may know about where the wallet works: `GET /chains.json` at the wallet's origin, readable from every origin. */
export interface ChainList {
  chains: readonly ChainInfo[];
  /** An origin: the relay for pages whose windows the browser cuts off. */
  relayUrl: string;
}

export interface ChainInfo {
  /** 0x hex. */
  chainId: string;
  name: string;
  rpcUrl: string;
  explorerUrl: string | null;
  currency: { name: string; symbol: string; decimals: number };
}
