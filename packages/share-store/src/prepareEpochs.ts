import { equal, join, type Secret } from '@symbolon/crypto';
import { type Curve, curvesOf, type PreparedEpoch, type PublicKeys } from '@symbolon/protocol';
import { Refusal } from '@symbolon/verify';
import type { RotationKey, Turn } from './rotationKey.ts';
import type { ShareStore } from './shareStore.ts';

/** A wallet that is to have a new epoch, and the keys of its deed. */
export interface Turning {
  wallet: Uint8Array;
  from: number;
  epoch: number;
  keys: PublicKeys;
  /** The epoch whose shares are turned, where it is not the present one: a locked one, whose pair is good where the present is not. */
  source?: number;
}

/**
 * One store's half of new epochs: each share xor R, under an individual key of its own, durable and pending; then read again and
 * compared with the old one. What is served does not change. Throws Refusal `share-mismatch`, and then serves what it served.
 */
export async function prepareEpochs(
  store: ShareStore,
  key: RotationKey,
  attempt: Uint8Array,
  turning: readonly Turning[],
): Promise<PreparedEpoch[]> {
  const turns: Turn[] = [];
  try {
    const pending = [];
    // One after another: where one fails, nothing of another is still under way that would use what is wiped below.
    for (const one of turning) {
      const turn = key.turn(one.wallet, one.epoch, curvesOf(one.keys));
      turns.push(turn);
      const commitment = key.commitment(one.wallet, one.epoch, turn);
      pending.push({ ...one, commitment, shares: await turned(store, one, turn) });
    }
    await store.wallets.keepPending(attempt, pending, store.now());
    for (const [index, one] of turning.entries()) await checkTurned(store, one, turns[index] ?? {});
    return pending.map(({ wallet, epoch, commitment }) => ({ wallet, epoch, commitment }));
  } finally {
    for (const turn of turns) wipe(Object.values(turn));
  }
}

/** The new shares as they will lie in the store. */
async function turned(store: ShareStore, { wallet, from, epoch, keys, source = from }: Turning, turn: Turn) {
  const curves = curvesOf(keys);
  const old = await store.open(wallet, source, curves);
  const next: Partial<Record<Curve, Secret>> = {};
  try {
    for (const [index, curve] of curves.entries()) next[curve] = join(present(old[index]), present(turn[curve]));
    return await store.protect(wallet, epoch, next);
  } finally {
    wipe([...old, ...Object.values(next)]);
  }
}

/** What came to lie on the disk, xor R, is the old share: a bad write must not become the only one. */
async function checkTurned(
  store: ShareStore,
  { wallet, from, epoch, keys, source = from }: Turning,
  turn: Turn,
): Promise<void> {
  const curves = curvesOf(keys);
  const old = await store.open(wallet, source, curves);
  let next: Secret[] = [];
  try {
    next = await store.open(wallet, epoch, curves);
    for (const [index, curve] of curves.entries()) {
      using back = join(present(next[index]), present(turn[curve]));
      if (!equal(back.expose(), present(old[index]).expose()))
        throw new Refusal('share-mismatch', 'The new share does not lead back to the old one.');
    }
  } finally {
    wipe([...old, ...next]);
  }
}

function present(share: Secret | undefined): Secret {
  if (share === undefined) throw new Refusal('share-mismatch', 'A share is missing.');
  return share;
}

function wipe(secrets: readonly Secret[]): void {
  for (const secret of secrets) secret.wipe();
}
