import { setTimeout as sleep } from 'node:timers/promises';
import { rotationsPerBatch } from '@symbolon/protocol';
import { ServiceError } from '@symbolon/service';
import type { OrderedRotation } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';
import { followOrdered, settleEpoch } from './epochs.ts';
import { prepareWithKms } from './rotation.ts';

const beforeAll = new Uint8Array();

/** Failures of one batch after which it is left for the next time: enough to find two bad wallets among it by halving. */
const patience = 16;
/** Batches under way at once: while the kms works at one, the cloud works at the other. */
const lanes = 2;

/**
 * What turns the shares of every wallet that the oldest unfinished statement has not reached: the canaries, and then, once the kms sees
 * that they have signed, all others, in batches, no faster than the statement says. How far it is lies in the wallets themselves: killed
 * anywhere, it goes on. Resolves with how many were turned this time; one wallet that can't be turned keeps no other from it. Throws as
 * {@link prepareWithKms} does.
 */
export function createOrderedRotating(cloud: Cloud): () => Promise<number> {
  const { shares, statements } = cloud;
  let after: Uint8Array = beforeAll;
  const isRunning = ({ number }: OrderedRotation) =>
    statements.orderedRotations().some((one) => one.number === number && !one.paused);

  return async () => {
    const order = statements
      .orderedRotations()
      .find(({ number, since, paused }) => !paused && shares.wallets.unreachedCount(number, since) > 0);
    if (order === undefined) return 0;
    const canaries = await rotateCanaries(cloud, order);
    const lane = async (): Promise<number> => {
      for (let rotated = 0; ; ) {
        const count = Math.min(rotationsPerBatch, order.rate);
        const batch = isRunning(order) ? shares.wallets.unreached(order.number, order.since, after, count) : [];
        const last = batch.at(-1);
        if (last === undefined) return rotated;
        // Passed over on failure, too: those are met again in the next round.
        after = last.wallet;
        const started = performance.now();
        rotated += await rotateOrHalve(cloud, order, batch, { left: patience });
        const pace = (lanes * batch.length * 1_000) / order.rate - (performance.now() - started);
        if (pace > 0) await sleep(pace);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    after = beforeAll;
    return ended.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), canaries);
  };
}

async function rotateCanaries(cloud: Cloud, order: OrderedRotation): Promise<number> {
  const { wallets } = cloud.shares;
  const waiting = order.canaries.filter((one) => wallets.isReached(one, order.number) === false);
  return rotateBatch(cloud, order, waiting);
}

/** A batch is turned whole or not at all: where one of its wallets can't be, the others go on without it. */
async function rotateOrHalve(
  cloud: Cloud,
  order: OrderedRotation,
  batch: readonly { wallet: Uint8Array }[],
  tries: { left: number },
): Promise<number> {
  try {
    return await rotateBatch(
      cloud,
      order,
      batch.map(({ wallet }) => wallet),
    );
  } catch (error) {
    tries.left -= 1;
    if (tries.left <= 0 || (error instanceof ServiceError && error.status === 503)) throw error;
  }
  if (batch.length === 1) return 0;
  const half = batch.length >> 1;
  const first = await rotateOrHalve(cloud, order, batch.slice(0, half), tries);
  return first + (await rotateOrHalve(cloud, order, batch.slice(half), tries));
}

async function rotateBatch(cloud: Cloud, { number }: OrderedRotation, batch: readonly Uint8Array[]): Promise<number> {
  const { shares } = cloud;
  // What a crash left of an earlier batch is settled first: the kms may have flipped it.
  for (const wallet of batch) await settleEpoch(cloud, wallet);
  const turning = batch
    .filter((wallet) => shares.wallets.isReached(wallet, number) === false)
    .flatMap((wallet) => {
      const from = shares.wallets.find(wallet)?.epoch;
      return from === undefined ? [] : [{ wallet, from, curves: shares.wallets.curves(wallet, from) }];
    });
  if (turning.length === 0) return 0;
  const { prepared, flips } = await prepareWithKms(cloud, turning, { by: 'statement', number });
  const followed = flips.flatMap((flip, index) => ({ wallet: prepared[index]?.wallet ?? beforeAll, flip }));
  await followOrdered(cloud, followed);
  return flips.length;
}
