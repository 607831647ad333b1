import { randomBytes } from 'node:crypto';
import { equal, Secret } from '@symbolon/crypto';
import { hpkeXWing, verifyEd25519 } from '@symbolon/crypto/native';
import {
  type Authorised,
  addressOf,
  curvesOf,
  openStatement,
  type PreparedEpoch,
  paths,
  type RotationProposal,
  rotateCodec,
  rotationAgreedStatement,
  rotationPreparedStatement,
  rotationProposalStatement,
  type Signed,
  sealInfo,
  signStatement,
} from '@symbolon/protocol';
import { prepareEpochs, RotationKey, type Turning } from '@symbolon/share-store';
import { checkDevice, checkIdentity, Refusal } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';
import { settleEpoch } from './epochs.ts';
import { agreeWithKms, askKms } from './kmsCalls.ts';

const contributionLength = 32;

/**
 * A person has their wallet's shares turned: kms and cloud prepare a new epoch together. What is served does not change until the
 * kms flips. Throws Refusal, ProtocolError, and as {@link askKms} does.
 */
export async function rotate(cloud: Cloud, { cloud: asked, kms }: { cloud: Authorised; kms: Authorised }) {
  const { shares } = cloud;
  const address = addressOf(shares.url, paths.rotate);
  const { message, identity, key } = await shares.authoriser.authorise(rotateCodec, address, asked);
  const known = shares.wallet(message.wallet);
  checkIdentity(known.verified.deed, known.row.salt, identity);
  checkDevice(known.verified.deed, key, null);
  await settleEpoch(cloud, message.wallet);
  const { row, verified } = shares.wallet(message.wallet);
  if (row.state !== 'active' || row.epoch !== message.from) throw new Refusal('wallet-state', 'Of another epoch.');

  const one = { wallet: row.id, from: row.epoch, curves: curvesOf(verified.deed.keys) };
  const { prepared } = await prepareWithKms(cloud, [one], { by: 'person', asked: kms });
  return { epoch: prepared[0]?.epoch ?? 0 };
}

/**
 * One attempt: a secret of each party, sealed so that nobody who comes by their lasting keys later can open both; each prepares
 * its half; commitments show that both came to the same R. The kms may leave wallets out, not all; `flips`: where a statement orders
 * the rotation, its word that these epochs are the wallets' from here on. Throws Refusal, ProtocolError, and as {@link askKms} does.
 */
export async function prepareWithKms(
  cloud: Cloud,
  wallets: readonly Omit<Turning, 'epoch'>[],
  why: RotationProposal['why'],
): Promise<{ prepared: PreparedEpoch[]; flips: Signed[] }> {
  const { shares } = cloud;
  const { deployment, signing } = shares;
  const attempt = new Uint8Array(randomBytes(32));
  const common = { v: 1, deployment: deployment.id, attempt } as const;
  using ephemeral = hpkeXWing.generate();
  using ours = Secret.random(contributionLength);
  const { sealed, reply } = hpkeXWing.seal(
    deployment.kms.sealing,
    sealInfo('rotation-kms', deployment.id),
    attempt,
    ours.expose(),
  );
  reply[Symbol.dispose]();
  const proposal = {
    ...common,
    at: shares.now(),
    ephemeral: ephemeral.publicKey,
    contribution: sealed,
    wallets: wallets.map(({ wallet, from }) => ({ wallet, from })),
    why,
  };
  const answer = await askKms(
    addressOf(deployment.kms.url, paths.proposeRotation),
    signStatement(rotationProposalStatement, proposal, signing),
  );
  const { contribution, wallets: theirs } = preparedByKms(cloud, attempt, answer);

  using kms = openContribution(cloud, ephemeral, contribution, attempt);
  using key = new RotationKey(deployment.id, attempt, ours, kms);
  const mine = await prepareEpochs(shares, key, attempt, turningOf(wallets, theirs));
  if (!sameEpochs(mine, theirs)) throw new Refusal('share-mismatch', 'The kms came to another epoch.');
  const agreed = signStatement(rotationAgreedStatement, { ...common, at: shares.now(), wallets: mine }, signing);
  const { flips } = await agreeWithKms(addressOf(deployment.kms.url, paths.agreeRotation), agreed);
  return { prepared: mine, flips };
}

function preparedByKms({ shares }: Cloud, attempt: Uint8Array, answer: Signed) {
  const says = openStatement(rotationPreparedStatement, answer, shares.deployment.kms.signing, verifyEd25519);
  if (says === null || says.deployment !== shares.deployment.id || !equal(says.attempt, attempt))
    throw new Refusal('share-mismatch', 'The kms did not answer this proposal.');
  return says;
}

function openContribution(
  { shares }: Cloud,
  ephemeral: ReturnType<typeof hpkeXWing.generate>,
  sealed: Uint8Array,
  attempt: Uint8Array,
): Secret {
  const { plaintext, reply } = ephemeral.open(sealed, sealInfo('rotation-cloud', shares.deployment.id), attempt);
  reply[Symbol.dispose]();
  if (plaintext.length === contributionLength) return plaintext;
  plaintext.wipe();
  throw new Refusal('share-mismatch', 'The kms contributed something else.');
}

/** The kms gives the numbers, for some of these wallets in their order, and none that was there before. */
function turningOf(wallets: readonly Omit<Turning, 'epoch'>[], prepared: readonly PreparedEpoch[]): Turning[] {
  const turning: Turning[] = [];
  for (const one of wallets) {
    const theirs = prepared[turning.length];
    if (theirs === undefined || !equal(theirs.wallet, one.wallet)) continue;
    if (theirs.epoch <= one.from) throw new Refusal('share-mismatch', 'The kms prepared an epoch that was there.');
    turning.push({ ...one, epoch: theirs.epoch });
  }
  if (turning.length === 0 || turning.length < prepared.length)
    throw new Refusal('share-mismatch', 'The kms prepared other wallets.');
  return turning;
}

function sameEpochs(mine: readonly PreparedEpoch[], theirs: readonly PreparedEpoch[]): boolean {
  return mine.every((one, index) => {
    const other = theirs[index];
    return other !== undefined && one.epoch === other.epoch && equal(one.commitment, other.commitment);
  });
}
