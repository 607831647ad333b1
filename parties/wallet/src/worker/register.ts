import type { WorkerNews } from './news.ts';

/** What a person should know of the page they are looking at; `null` from {@link watchRelease} where all is well. */
export type ReleaseAlarm = Exclude<WorkerNews, { what: 'release-taken' }>;

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
 * Has the service worker keep this page as it is, and tells what it refuses from now on. Called once, after the first screen
 * stands. A browser without service workers, or a release that nobody has allowed yet, goes on without: `pinned` false.
 */
export async function watchRelease(alarm: (news: ReleaseAlarm) => void): Promise<{ pinned: boolean }> {
  if (!('serviceWorker' in navigator)) return { pinned: false };
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<WorkerNews>) => {
    if (data.what !== 'release-taken') alarm(data);
  });
  navigator.serviceWorker.startMessages();
  try {
    const registration = await navigator.serviceWorker.register(trustedWorkerUrl(), { updateViaCache: 'none' });
    return { pinned: registration.active !== null };
  } catch {
    return { pinned: false };
  }
}

function trustedWorkerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (trustedTypes === undefined) return workerUrl;
  return trustedTypes.createPolicy(policyName, { createScriptURL: () => workerUrl }).createScriptURL('');
}
