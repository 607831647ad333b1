import { equal, type Secret } from '@symbolon/crypto';
import type { Curve } from '@symbolon/protocol';
import { type KeptKey, type KeyVault, keysAfter, replaceShares, shareContext } from '@symbolon/share-store';
import type { KmsStore } from './store.ts';

/** So many are under way at once: each is several calls of an HSM. */
const together = 8;

export interface Move {
  store: KmsStore;
  deployment: string;
  from: KeyVault;
  to: KeyVault;
}

/**
 * One pass over all keys: each that lies elsewhere is made anew in `to`, and its shares with it, each wallet and epoch in one durable
 * transaction. What a crash leaves is where it was or where it goes, and the next pass goes on. @returns how many it moved
 */
export async function moveKeys(move: Move, tell: (seen: number) => void): Promise<number> {
  let [moved, seen] = [0, 0];
  let page = keysAfter(move.store.database, null, together);
  while (page.length > 0) {
    const left = page.filter(({ key }) => !move.to.holds(key));
    const done = await Promise.all(left.map((kept) => moveOne(move, kept)));
    moved += done.filter(Boolean).length;
    seen += page.length;
    if (left.length > 0) tell(seen);
    page = keysAfter(move.store.database, page.at(-1) ?? null, together);
  }
  return moved;
}

async function moveOne({ store, deployment, from, to }: Move, kept: KeptKey): Promise<boolean> {
  const stored = store.wallets.shares(kept.wallet, kept.epoch);
  if (stored === null || !equal(stored.key, kept.key)) return false;
  const context = shareContext(deployment, 'kms', kept.wallet, kept.epoch);
  const key = await to.createKey(context);
  const sealed: Partial<Record<Curve, Uint8Array>> = {};
  for (const [curve, bytes] of Object.entries(stored.sealed) as [Curve, Uint8Array][]) {
    using share = await from.open(stored.key, context, curve, bytes);
    sealed[curve] = await to.protect(key, context, curve, share);
    // The copy that opens is about to go: first the one that takes its place has to.
    using again = await to.open(key, context, curve, sealed[curve]);
    requireSame(share, again);
  }
  return store.commit.submit((database) => replaceShares(database, kept, { key, sealed }));
}

function requireSame(one: Secret, other: Secret): void {
  if (!equal(one.expose(), other.expose())) throw new Error('the vault gave back another share');
}
