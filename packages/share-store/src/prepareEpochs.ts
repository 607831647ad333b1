import { equal, join, type Secret } from '@symbolon/crypto';
import type { Curve, PreparedEpoch } from '@symbolon/protocol';
import { Refusal } from '@symbolon/verify';
import type { RotationKey, Turn } from './rotationKey.ts';
import type { ShareStore } from './shareStore.ts';

/** A wallet that is to have a new epoch, and the curves it has keys of, in protocol order. */
export interface Turning {
  wallet: Uint8Array;
  from: number;
  epoch: number;
  curves: readonly Curve[];
  /** The epoch whose shares are turned, where it is not the present one: a locked one, whose pair is good where the present is not. */
  source?: number;
}

/** What of one wallet is secret while its epoch is prepared. */
interface Work {
  turn: Turn;
  old: Secret[];
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
  const works: Work[] = [];
  try {
    const pending = [];
    // One after another: where one fails, nothing of another is still under way that would use what is wiped below.
    for (const one of turning) {
      const { wallet, epoch, curves, from, source = from } = one;
      const old = await store.open(wallet, source, curves);
      const work = { old, turn: {} };
      works.push(work);
      work.turn = key.turn(wallet, epoch, curves);
      const commitment = key.commitment(wallet, epoch, work.turn);
      pending.push({ ...one, commitment, shares: await turned(store, one, work) });
    }
    await store.wallets.keepPending(attempt, pending, store.now());
    for (const [index, one] of turning.entries()) await checkTurned(store, one, works[index]);
    return pending.map(({ wallet, epoch, commitment }) => ({ wallet, epoch, commitment }));
  } finally {
    for (const { turn, old } of works) wipe([...old, ...Object.values(turn)]);
  }
}

/** The new shares as they will lie in the store. */
async function turned(store: ShareStore, { wallet, epoch, curves }: Turning, { turn, old }: Work) {
  const next: Partial<Record<Curve, Secret>> = {};
  try {
    for (const [index, curve] of curves.entries()) next[curve] = join(present(old[index]), present(turn[curve]));
    return await store.protect(wallet, epoch, next);
  } finally {
    wipe(Object.values(next));
  }
}

/** What came to lie on the disk, xor R, is the old share: a bad write must not become the only one. */
async function checkTurned(
  store: ShareStore,
  { wallet, epoch, curves }: Turning,
  work: Work | undefined,
): Promise<void> {
  const next = await store.open(wallet, epoch, curves);
  try {
    for (const [index, curve] of curves.entries()) {
      using back = join(present(next[index]), present(work?.turn[curve]));
      if (!equal(back.expose(), present(work?.old[index]).expose()))
        throw new Refusal('share-mismatch', 'The new share does not lead back to the old one.');
    }
  } finally {
    wipe(next);
  }
}

function present(share: Secret | undefined): Secret {
  if (share === undefined) throw new Refusal('share-mismatch', 'A share is missing.');
  return share;
}

function wipe(secrets: readonly Secret[]): void {
  for (const secret of secrets) secret.wipe();
}
