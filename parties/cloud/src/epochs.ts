import { randomBytes } from 'node:crypto';
import { equal, toBase64url } from '@symbolon/crypto';
import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  type Authorised,
  addressOf,
  clockSkew,
  type EpochState,
  epochStateStatement,
  type Flipped,
  flippedStatement,
  flipsFollowedStatement,
  followFlipCodec,
  openStatement,
  paths,
  rotationsPerBatch,
  type Signed,
  signStatement,
} from '@symbolon/protocol';
import { flipEpoch, type PendingEpoch } from '@symbolon/share-store';
import { checkDevice, checkIdentity, Refusal } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';
import { readFromKms, tellKms } from './kmsCalls.ts';
import { noteFollowed } from './store.ts';

/** Rotation, last step: the kms has flipped this wallet's epoch, and says so signed. Asked again it answers the same. */
export async function followFlip(cloud: Cloud, request: Authorised): Promise<Record<string, never>> {
  const { shares } = cloud;
  const address = addressOf(shares.url, paths.followFlip);
  const { message, identity, key } = await shares.authoriser.authorise(followFlipCodec, address, request);
  const { row, verified } = shares.wallet(message.wallet);
  checkIdentity(verified.deed, row.salt, identity);
  checkDevice(verified.deed, key, null);
  await follow(cloud, message.wallet, message.flip);
  return {};
}

/**
 * Asks the kms where a wallet with a prepared epoch stands: after any crash its pointer decides. A flip is followed; a preparation
 * is given up only by the kms's own word that it can't flip any more, since without it Key B of that epoch would be lost.
 */
export async function settleEpoch(cloud: Cloud, wallet: Uint8Array): Promise<void> {
  const pending = cloud.shares.wallets.pending(wallet);
  if (pending === null) return;
  const state = await epochOf(cloud, wallet);
  if (state.flip !== null && state.epoch === pending.epoch) await follow(cloud, wallet, state.flip);
  else if (isOver(state, pending)) await cloud.shares.wallets.dropPending(pending);
}

/** Settles what was prepared before `before` (ms), one wallet after another; one that can't be settled keeps no other waiting. */
export async function settleEpochs(cloud: Cloud, before: number): Promise<void> {
  const failures: unknown[] = [];
  for (const { wallet } of cloud.shares.wallets.pendingEpochsSince(before))
    await settleEpoch(cloud, wallet).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

async function follow(cloud: Cloud, wallet: Uint8Array, flip: Signed): Promise<void> {
  const { shares } = cloud;
  const { row } = shares.wallet(wallet);
  const says = readFlip(cloud, row.id, flip);
  if (row.epoch < says.epoch) await takeOver(cloud, [{ ...says, flip }]);
  await shares.wallets.destroyBefore([says]);
}

/** Follows what a statement had the kms flip, in one transaction: these wallets' older shares stay, locked. */
export async function followOrdered(
  cloud: Cloud,
  flips: readonly { wallet: Uint8Array; flip: Signed }[],
): Promise<void> {
  await takeOver(
    cloud,
    flips.map(({ wallet, flip }) => ({ ...readFlip(cloud, wallet, flip), flip })),
  );
}

async function takeOver({ store }: Cloud, flips: readonly (Flipped & { flip: Signed })[]): Promise<void> {
  await store.commit.submit((database) => {
    for (const one of flips) {
      if (!flipEpoch(database, one)) throw new Refusal('wallet-state', 'No such epoch is prepared here.');
      if (one.order === null) noteFollowed(database, one.wallet, one.epoch);
    }
  });
}

/**
 * Destroys what a crash left undestroyed of epochs before those that are followed here, and tells the kms, so that it destroys them
 * too: again and again until it has heard.
 */
export async function tellFollowed({ shares, store }: Cloud): Promise<void> {
  const wallets = store.followed(rotationsPerBatch);
  if (wallets.length === 0) return;
  await shares.wallets.destroyBefore(wallets);
  const says = { v: 1, deployment: shares.deployment.id, at: shares.now(), wallets } as const;
  const signed = signStatement(flipsFollowedStatement, says, shares.signing);
  await tellKms(addressOf(shares.deployment.kms.url, paths.flipsFollowed), signed);
  await store.kmsHeard(wallets);
}

/** The kms's attempt is another one or none, and its epoch is still an older one: this one's number is burned. */
function isOver({ epoch, attempt }: EpochState, pending: PendingEpoch): boolean {
  return epoch < pending.epoch && (attempt === null || !equal(attempt, pending.attempt));
}

async function epochOf(cloud: Cloud, wallet: Uint8Array): Promise<EpochState> {
  const { deployment, now } = cloud.shares;
  const challenge = new Uint8Array(randomBytes(32));
  const query = `wallet=${toBase64url(wallet)}&challenge=${toBase64url(challenge)}`;
  const signed = await readFromKms(`${addressOf(deployment.kms.url, paths.epoch)}?${query}`);
  const says = openStatement(epochStateStatement, signed, deployment.kms.signing, verifyEd25519);
  const right =
    says !== null &&
    says.deployment === deployment.id &&
    equal(says.wallet, wallet) &&
    equal(says.challenge, challenge) &&
    Math.abs(says.at - now()) <= clockSkew;
  if (!right) throw new Refusal('wallet-state', 'The kms did not say where the wallet stands.');
  return says;
}

/** What the kms signed as this wallet's flip. Throws Refusal. */
function readFlip({ shares }: Cloud, wallet: Uint8Array, flip: Signed): Flipped {
  const says = openStatement(flippedStatement, flip, shares.deployment.kms.signing, verifyEd25519);
  if (says === null || says.deployment !== shares.deployment.id || !equal(says.wallet, wallet))
    throw new Refusal('wallet-state', 'The kms did not flip this wallet.');
  return says;
}
