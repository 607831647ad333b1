import { creationLife } from '@symbolon/protocol';
import type { KmsStore } from './store.ts';

const minute = 60_000;
/** After its expiry a used request is remembered this long, ms: longer than two clocks may differ. */
const grace = 2 * minute;
/** Nothing is forgotten before this process has run so long, ms: proofs made before it started have gone stale by then. */
const patience = 3 * minute;

/** Wall time (ms since 1970, may jump) and time since the process started (ms, never jumps). */
export interface Clocks {
  wall: () => number;
  up: () => number;
}

/**
 * Forgets what can't be used again: requests past their time, mail codes, creations that nobody finished. A wall clock that jumps
 * ahead hurries nothing: otherwise, set right again, it would let a request be used twice while its proof is still fresh.
 */
export function createForgetting(store: KmsStore, { wall, up }: Clocks): () => Promise<void> {
  const began = wall() - up();
  return async () => {
    if (up() < patience) return;
    const now = Math.min(wall(), began + up());
    await store.forgetExpired(now - grace);
    for (const { id } of store.wallets.pendingSince(now - creationLife)) await store.wallets.forget(id);
  };
}
