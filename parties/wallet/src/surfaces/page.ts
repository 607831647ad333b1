import { type Config, readConfig } from '../config.ts';
import type { Problem, Progress } from '../model.ts';
import type { Observable } from '../store.ts';
import type { Surroundings } from '../window/handshake.ts';
import type { ReleaseAlarm } from '../worker/news.ts';

/** The page's own configuration, one of the files of its release. Throws where it is not one. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch('/config.json', { credentials: 'omit', redirect: 'error' });
  return readConfig(await response.json());
}

/** Where the screens go. Throws where the page is not the wallet's. */
export function root(): HTMLElement {
  const element = document.getElementById('root');
  if (element === null) throw new Error('the page has no root');
  return element;
}

/** What kept the page from starting at all. */
export const notStarted: Problem = { code: 'page-incomplete', retry: true, party: null };

/** What a page cannot mend while it runs: to try again is to load it anew. */
const lost: readonly Problem['code'][] = ['page-incomplete', 'unexpected'];

/** `actions`, with a retry that also helps where the engine can't: where there is none, or its release is not to be used. */
export function orReload<A extends { retry: () => void }>(
  actions: A,
  view: Observable<{ progress: Progress; release: ReleaseAlarm | null }>,
): A {
  const retry = () => {
    const { progress, release } = view.state;
    const reloads = progress.step === 'problem' && lost.includes(progress.problem.code);
    if (reloads || release === 'release-withdrawn') location.reload();
    else actions.retry();
  };
  return { ...actions, retry };
}

/** Signs in in a window of its own, so that this one keeps whoever opened it. Called in the click. */
export function openSignInWindow(issuer: string): void {
  const issuerText = encodeURIComponent(issuer);
  window.open(`/?then=close&issuer=${issuerText}`, '_blank', 'popup,width=480,height=720');
}

/** Ends this browser's device: its storage with key, session and permissions goes, and the page begins anew. */
export function forgetDevice(database: string, again: () => void = () => location.replace('/')): void {
  const request = indexedDB.deleteDatabase(database);
  request.onsuccess = again;
  request.onerror = again;
  // This page's own connection holds it open; it closes with the page, and the deletion goes on then.
  request.onblocked = again;
}

/** Where issuers send the browser back to. */
export const callbackUrl = (): string => `${location.origin}/callback`;

/** This window as the handshake sees it. */
export const surroundings = (asker: Window | null): Surroundings => ({
  origin: location.origin,
  asker,
  addEventListener: (type, listener) => window.addEventListener(type, listener),
  removeEventListener: (type, listener) => window.removeEventListener(type, listener),
});
