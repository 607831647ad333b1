import { type ReleaseAlarm, releaseAlarms, type WorkerNews } from './news.ts';

/** The page's one Trusted Types policy: it makes this address and nothing else. */
const policyName = 'symbolon-worker';
const workerUrl = '/sw.js';

/** Trusted Types, as far as this page uses them; browsers without them take the address as it is. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL: (url: string) => string;
  };
}

/**
 * Has the service worker keep this page as it is, and tells the gravest of what it says from now on. Called once, as soon as the
 * page's first script runs: what is said before somebody listens is lost. A browser without service workers, or a release that
 * nobody has allowed yet, goes on without.
 */
export function watchRelease(alarm: (alarm: ReleaseAlarm) => void): void {
  if (!('serviceWorker' in navigator)) return;
  let gravest = -1;
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<WorkerNews>) => {
    const { what } = data;
    if (what === 'release-taken' || releaseAlarms.indexOf(what) <= gravest) return;
    gravest = releaseAlarms.indexOf(what);
    alarm(what);
  });
  navigator.serviceWorker.startMessages();
  // What the page itself still loads comes first.
  if (document.readyState === 'complete') void register();
  else addEventListener('load', () => void register(), { once: true });
}

async function register(): Promise<void> {
  try {
    await navigator.serviceWorker.register(trustedWorkerUrl(), { updateViaCache: 'none' });
  } catch {
    // Storage that is closed to this page, or a release that no statement allows: it is served as any page is.
  }
}

function trustedWorkerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (trustedTypes === undefined) return workerUrl;
  return trustedTypes.createPolicy(policyName, { createScriptURL: () => workerUrl }).createScriptURL('');
}
