import { equal, Secret } from '@symbolon/crypto';
import { hpkeXWing, verifyEd25519, verifySecp256k1 } from '@symbolon/crypto/native';
import {
  type Authorised,
  addressOf,
  clockSkew,
  creationDigest,
  curvesOf,
  epochStateStatement,
  type Flip,
  type Flipped,
  flipCodec,
  flippedStatement,
  flipsFollowedStatement,
  openStatement,
  type PublicKeys,
  paths,
  type RotationProposal,
  rotateCodec,
  rotationAgreedStatement,
  rotationBytes,
  rotationPreparedStatement,
  rotationProposalStatement,
  type ShareRequest,
  type Signed,
  type Statement,
  sealInfo,
  signStatement,
  tagged,
} from '@symbolon/protocol';
import type { Database } from '@symbolon/service';
import { flipEpoch, type PendingEpoch, prepareEpochs, RotationKey, type Turning } from '@symbolon/share-store';
import { checkDevice, checkIdentity, Refusal } from '@symbolon/verify';
import type { Kms } from './kms.ts';
import { append } from './log.ts';
import { askedByStatement, orderInForce } from './orderedRotation.ts';
import { noteAgreed, noteOrdered } from './store.ts';

/** After so long a preparation that nobody flipped is given up, ms. A later attempt takes its place at any time. */
const patience = 10 * 60_000;
/** Longer than a proposal can be of now, ms. */
const attemptLife = 3 * clockSkew;
const contributionLength = 32;
const hour = 60 * 60_000;

/**
 * The cloud proposes new epochs. Who asks for them is checked here again; their numbers are burned; this party's half becomes
 * durable and pending. What is served does not change. Throws Refusal and ProtocolError.
 */
export async function proposeRotation(kms: Kms, signed: Signed): Promise<Signed> {
  const { shares, store } = kms;
  const { attempt, why, ephemeral, ...proposal } = fromCloud(kms, rotationProposalStatement, signed);
  const wallets =
    why.by === 'person'
      ? [await askedByPerson(kms, proposal, why.asked)]
      : askedByStatement(kms, why.number, proposal.wallets);
  const order = why.by === 'person' ? null : { number: why.number, now: shares.now() };
  const epochs = await store.giveEpochs(attempt, shares.now() + attemptLife, wallets, order);
  const turning: Turning[] = wallets.map((one, index) => ({ ...one, epoch: epochs[index] ?? 0 }));
  using theirs = await openContribution(kms, proposal.contribution, attempt);
  using ours = Secret.random(contributionLength);
  const { sealed, reply } = hpkeXWing.seal(
    ephemeral,
    sealInfo('rotation-cloud', shares.deployment.id),
    attempt,
    ours.expose(),
  );
  reply[Symbol.dispose]();
  using key = new RotationKey(shares.deployment.id, attempt, theirs, ours);
  const prepared = await prepareEpochs(shares, key, attempt, turning);
  return signStatement(
    rotationPreparedStatement,
    { v: 1, deployment: shares.deployment.id, attempt, at: shares.now(), contribution: sealed, wallets: prepared },
    shares.signing,
  );
}

/**
 * The cloud has prepared the same: from here on the person's P-check may flip it. Where a statement ordered it, and still does, each of
 * these wallets flips now, or none. Throws Refusal.
 */
export async function agreeRotation(kms: Kms, signed: Signed): Promise<{ flips: Signed[] }> {
  const { shares, store } = kms;
  const { attempt, wallets } = fromCloud(kms, rotationAgreedStatement, signed);
  const number = store.orderOf(attempt);
  const order = number === null ? null : orderInForce(kms, number);
  const lockedUntil = shares.now() + (order?.lockHours ?? 0) * hour;
  const flips = await store.commit.submit((database) => {
    noteAgreed(database, attempt, wallets);
    if (order === null) return [];
    noteOrdered(database, order.number, wallets.length, shares.now());
    return wallets.map(({ wallet, epoch }) => {
      const from = shares.wallets.find(wallet)?.epoch ?? 0;
      return turnPointer(kms, database, { wallet, from, epoch, order: { number: order.number, lockedUntil } });
    });
  });
  return { flips };
}

/**
 * The wallet's keys, made from the pending pair, have signed: the pointer moves, in one durable transaction. After any crash it
 * decides. Asked again it answers the same. Throws Refusal.
 */
export async function flip(kms: Kms, request: Authorised): Promise<{ flip: Signed }> {
  const { shares, store } = kms;
  const { message, identity, key } = await shares.authoriser.authorise(
    flipCodec,
    addressOf(shares.url, paths.flip),
    request,
  );
  const { row, verified } = shares.wallet(message.wallet);
  checkIdentity(verified.deed, row.salt, identity);
  checkDevice(verified.deed, key, null);
  if (row.flip !== null && row.epoch === message.epoch) return { flip: row.flip };

  const pending = shares.wallets.pending(row.id);
  if (pending?.epoch !== message.epoch || !pending.agreed)
    throw new Refusal('wallet-state', 'No such epoch is prepared.');
  if (!store.hasReleaseOf(row.id, message.epoch)) throw new Refusal('wallet-state', 'The new pair was not checked.');
  checkSignatures(shares.deployment.id, message, verified.deed.keys);
  const { epoch } = pending;
  const turn = { wallet: row.id, from: row.epoch, epoch, order: null };
  return { flip: await store.commit.submit((database) => turnPointer(kms, database, turn)) };
}

/**
 * Where a wallet stands, for whoever knows its id: the cloud asks before it follows a flip, or gives up a preparation. `challenge`
 * is the asker's own: an answer of a moment ago, brought again, would have it give up what has been flipped since.
 */
export function epochStateOf({ shares }: Kms, wallet: Uint8Array, challenge: Uint8Array): Signed {
  const { row } = shares.wallet(wallet);
  const attempt = shares.wallets.pending(wallet)?.attempt ?? null;
  const { epoch, flip: last } = row;
  const state = {
    v: 1,
    deployment: shares.deployment.id,
    wallet,
    epoch,
    flip: last,
    attempt,
    challenge,
    at: shares.now(),
  } as const;
  return signStatement(epochStateStatement, state, shares.signing);
}

/** The cloud holds these flips: no older epoch is needed by anyone, and the keys of all of them are destroyed. */
export async function flipsFollowed(kms: Kms, signed: Signed): Promise<Record<string, never>> {
  const { shares } = kms;
  const { wallets } = fromCloud(kms, flipsFollowedStatement, signed);
  await shares.wallets.destroyBefore(wallets);
  return {};
}

/** The epoch that a release of kind `rotate` is served from: prepared by both stores. */
export function preparedFor({ shares }: Kms, { kind, wallet }: ShareRequest): PendingEpoch | null {
  if (kind !== 'rotate') return null;
  const pending = shares.wallets.pending(wallet);
  return pending?.agreed ? pending : null;
}

/** Gives up what nobody flipped for so long. The cloud follows, once it has this party's word that it is over. */
export async function giveUpRotations({ shares }: Kms): Promise<void> {
  for (const pending of shares.wallets.pendingEpochsSince(shares.now() - patience))
    await shares.wallets.dropPending(pending);
}

/** Law 3 at this party: the person's own word, and a device of the wallet's own. */
async function askedByPerson({ shares }: Kms, { wallets }: Pick<RotationProposal, 'wallets'>, asked: Authorised) {
  const address = addressOf(shares.url, paths.rotate);
  const { message, identity, key } = await shares.authoriser.authorise(rotateCodec, address, asked);
  const [only, ...others] = wallets;
  const { wallet, from } = message;
  if (only === undefined || others.length > 0 || only.from !== from || !equal(only.wallet, wallet))
    throw new Refusal('wallet-state', 'The person asked for another rotation.');
  const { row, verified } = shares.wallet(wallet);
  checkIdentity(verified.deed, row.salt, identity);
  checkDevice(verified.deed, key, null);
  return { wallet, from, curves: curvesOf(verified.deed.keys) };
}

/** Inside a work: the pointer moves, on the log, under this party's signature. Throws Refusal `wallet-state`. */
function turnPointer(
  { shares }: Kms,
  database: Database,
  turn: Pick<Flipped, 'wallet' | 'from' | 'epoch' | 'order'>,
): Signed {
  const { body } = append(database, 'rotation', ({ index: log }) =>
    flippedStatement.body.encode({ v: 1, deployment: shares.deployment.id, ...turn, at: shares.now(), log }),
  );
  const flip = { body, signature: shares.signing.sign(tagged(flippedStatement.domain, body)) };
  if (!flipEpoch(database, { ...turn, flip })) throw new Refusal('wallet-state', 'The wallet changed meanwhile.');
  return flip;
}

function checkSignatures(deployment: string, { wallet, epoch, signatures }: Flip, keys: PublicKeys): void {
  for (const curve of curvesOf(keys)) {
    const [key, signature] = [keys[curve], signatures[curve]];
    const bytes = rotationBytes(deployment, wallet, curve, epoch);
    const good =
      key !== undefined &&
      signature !== undefined &&
      (curve === 'ed25519'
        ? verifyEd25519(key, bytes, signature)
        : verifySecp256k1(key, creationDigest(bytes), signature));
    if (!good) throw new Refusal('share-mismatch', "The new pair does not make the wallet's keys.");
  }
}

/** A message of the cloud's own, of now. Throws Refusal. */
function fromCloud<T extends { deployment: string; at: number }>(
  { shares }: Kms,
  kind: Statement<T>,
  signed: Signed,
): T {
  const says = openStatement(kind, signed, shares.deployment.cloud.signing, verifyEd25519);
  if (says === null || says.deployment !== shares.deployment.id)
    throw new Refusal('share-mismatch', 'Not of the cloud.');
  if (Math.abs(says.at - shares.now()) > clockSkew) throw new Refusal('message-expired', 'Not of now.');
  return says;
}

async function openContribution({ shares }: Kms, sealed: Uint8Array, attempt: Uint8Array): Promise<Secret> {
  const { plaintext, reply } = await shares.sealing.open(
    sealed,
    sealInfo('rotation-kms', shares.deployment.id),
    attempt,
  );
  reply[Symbol.dispose]();
  if (plaintext.length === contributionLength) return plaintext;
  plaintext.wipe();
  throw new Refusal('share-mismatch', 'The cloud contributed something else.');
}
