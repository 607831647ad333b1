/** What of a browser's window the provider uses, so that it is clear, and so that its rules can be tried without a browser. */
export type Page = Pick<
  Window & typeof globalThis,
  | 'addEventListener'
  | 'removeEventListener'
  | 'dispatchEvent'
  | 'open'
  | 'origin'
  | 'document'
  | 'crossOriginIsolated'
  | 'innerWidth'
  | 'innerHeight'
  | 'screenX'
  | 'screenY'
>;

/** Where the wallet is, and who asks it. */
export interface Wallet {
  /** Its exact origin, without a slash at the end. */
  origin: string;
  appId: string | undefined;
  /** The relay, an origin, as the wallet's host names it; rejects where that can't be reached. */
  relayUrl: () => Promise<string>;
}
