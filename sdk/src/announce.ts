import type { Page } from './page.ts';
import { uuid } from './random.ts';

/** EIP-6963. */
export interface ProviderInfo {
  uuid: string;
  name: string;
  /** A data: URI. */
  icon: string;
  /** The wallet's host, the other way round. */
  rdns: string;
}

/** Two halves of one broken ring, in 96 by 96. */
const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" rx="22" fill="#16302b"/>' +
  '<g fill="none" stroke="#f4efe4" stroke-width="11" stroke-linecap="round"><path d="M44 22a26 26 0 0 0 0 52"/>' +
  '<path d="M54 22a26 26 0 0 1 0 52"/></g></svg>';

export function providerInfo(walletUrl: URL, name: string, icon: string | undefined): ProviderInfo {
  return Object.freeze({
    uuid: uuid(),
    name,
    icon: icon ?? `data:image/svg+xml;base64,${btoa(drawing)}`,
    rdns: walletUrl.hostname.split('.').toReversed().join('.'),
  });
}

/** Announces the provider at once, and to everyone who asks. */
export function announce(page: Page, info: ProviderInfo, provider: object): void {
  const detail = Object.freeze({ info, provider });
  const say = () => page.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  page.addEventListener('eip6963:requestProvider', say);
  say();
}
