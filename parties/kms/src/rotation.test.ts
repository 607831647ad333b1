import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Secret } from '@symbolon/crypto';
import { hpkeXWing, SigningKey, signEd25519, signSecp256k1, verifyEd25519 } from '@symbolon/crypto/native';
import {
  addressOf,
  creationDigest,
  curvesOf,
  deedUpdateCodec,
  epochStateStatement,
  flipCodec,
  flippedStatement,
  flipsFollowedStatement,
  openStatement,
  type PreparedEpoch,
  paths,
  type RotationProposal,
  rotateCodec,
  rotationAgreedStatement,
  rotationBytes,
  rotationPreparedStatement,
  rotationProposalStatement,
  type Signatures,
  type Signed,
  sealInfo,
  signStatement,
} from '@symbolon/protocol';
import { keep, RotationKey } from '@symbolon/share-store';
import { Refusal, type RefusalReason } from '@symbolon/verify';
import {
  activateAskOf,
  allowedPair,
  byDevice,
  entryOf,
  evidenceOf,
  filled,
  keepAsk,
  makeSigner,
  makeWallet,
  makeWorld,
  nextBody,
  releaseAskOf,
  shareRequestOf,
  TestDevice,
} from '../../../packages/verify/src/testing.ts';
import { activate } from './activate.ts';
import { updateDeed } from './deed.ts';
import { brokenAt } from './log.ts';
import { release } from './release.ts';
import { agreeRotation, epochStateOf, flip, flipsFollowed, giveUpRotations, proposeRotation } from './rotation.ts';
import { openKms } from './testing.ts';

const world = await makeWorld();
const { clock, deployment, issuer } = world;
const folder = mkdtempSync(join(tmpdir(), 'kms-rotation-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const parts = { deployment, ...world.kms, now: clock.now, allowed: [allowedPair(deployment)] };
const signer = makeSigner();

async function refused(work: Promise<unknown>, reason: RefusalReason): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.reason, reason);
    return true;
  });
}

/** A kms with one active wallet, and a cloud that asks as the honest one does; a test changes what it says. */
async function setUp(person = 'alice') {
  const kms = openKms(join(folder, `${files++}.sqlite`), parts);
  await kms.shares.evidence.present(evidenceOf(world, signer));
  const device = new TestDevice();
  const wallet = makeWallet(world, device, person);
  await keep(kms.shares, await keepAsk(world, 'kms', wallet, device));
  const create = shareRequestOf(world, wallet, signer, { kind: 'create', publicKeys: wallet.deed.keys });
  await release(kms, await releaseAskOf(world, person, device, create));
  await activate(kms, await activateAskOf(world, wallet, device));

  const head = { v: 1, deployment: deployment.id } as const;
  const later = () => clock.at + 60_000;
  const asked = async (changed: { from?: number; wallet?: Uint8Array } = {}, by = device, who = person) => {
    const message = { ...head, kind: 'rotate', expires: later(), wallet: wallet.id, from: 1, ...changed } as const;
    const htu = addressOf(deployment.kms.url, paths.rotate);
    return by.ask(rotateCodec, message, { htu, token: await issuer.token(who, null), at: clock.at });
  };

  /** The cloud's half of an attempt, up to the kms's answer. */
  const propose = async (
    said: Partial<RotationProposal> & { by?: SigningKey } = {},
    contribution = filled(32, 3),
    attempt = new Uint8Array(randomBytes(32)),
  ) => {
    const { by = world.cloud.signing, ...changed } = said;
    const ephemeral = hpkeXWing.generate();
    const { sealed } = hpkeXWing.seal(
      deployment.kms.sealing,
      sealInfo('rotation-kms', deployment.id),
      attempt,
      contribution,
    );
    const proposal: RotationProposal = {
      ...head,
      attempt,
      at: clock.at,
      ephemeral: ephemeral.publicKey,
      contribution: sealed,
      wallets: [{ wallet: wallet.id, from: 1 }],
      why: { by: 'person', asked: await asked() },
      ...changed,
    };
    const signed = signStatement(rotationProposalStatement, proposal, by);
    const answer = await proposeRotation(kms, signed);
    const says = openStatement(rotationPreparedStatement, answer, deployment.kms.signing, verifyEd25519);
    assert.ok(says);
    const opened = ephemeral.open(says.contribution, sealInfo('rotation-cloud', deployment.id), attempt);
    using ours = Secret.take(contribution.slice());
    using key = new RotationKey(deployment.id, attempt, ours, opened.plaintext);
    const commitments = says.wallets.map(({ wallet: id, epoch }) =>
      key.commitment(id, epoch, key.turn(id, epoch, curvesOf(wallet.deed.keys))),
    );
    return { signed, attempt, prepared: says.wallets, commitments, epoch: says.wallets[0]?.epoch ?? 0 };
  };
  const agree = (attempt: Uint8Array, wallets: PreparedEpoch[], by = world.cloud.signing, at = clock.at) =>
    agreeRotation(kms, signStatement(rotationAgreedStatement, { ...head, attempt, at, wallets }, by));
  const releaseOf = async (epoch: number, kind: 'rotate' | 'sign' = 'rotate') => {
    const publicKeys = kind === 'rotate' ? { publicKeys: wallet.deed.keys } : {};
    const request = shareRequestOf(world, wallet, signer, { kind, epoch, ...publicKeys });
    return release(kms, await releaseAskOf(world, person, device, request));
  };
  const signatures = (epoch: number): Signatures => {
    const [secp, ed] = (['secp256k1', 'ed25519'] as const).map((curve) =>
      rotationBytes(deployment.id, wallet.id, curve, epoch),
    );
    const { secp256k1: point = filled(33, 0), ed25519: edPoint = filled(32, 0) } = wallet.deed.keys;
    const digest = creationDigest(secp ?? filled(1, 0));
    return {
      secp256k1: signSecp256k1({ key: wallet.keys.secp256k1, expectedPublicKey: point, digest }).signature,
      ed25519: signEd25519({ seed: wallet.keys.ed25519, expectedPublicKey: edPoint, message: ed ?? filled(1, 0) }),
    };
  };
  const askFlip = async (epoch: number, given = signatures(epoch), by = device) => {
    const message = { ...head, kind: 'flip', expires: later(), wallet: wallet.id, epoch, signatures: given } as const;
    const to = {
      htu: addressOf(deployment.kms.url, paths.flip),
      token: await issuer.token(person, null),
      at: clock.at,
    };
    return flip(kms, by.ask(flipCodec, message, to));
  };
  const followed = (epoch: number, by = world.cloud.signing, at = clock.at) =>
    flipsFollowed(
      kms,
      signStatement(flipsFollowedStatement, { ...head, at, wallets: [{ wallet: wallet.id, epoch }] }, by),
    );
  /** Everything up to the flip. */
  const prepare = async () => {
    const made = await propose();
    await agree(made.attempt, made.prepared);
    await releaseOf(made.epoch);
    return made;
  };
  const epochs = () =>
    kms.store.database.sqlite
      .prepare('SELECT epoch FROM share_keys ORDER BY epoch')
      .all()
      .map(({ epoch }) => epoch);
  const current = () => kms.shares.wallet(wallet.id).row.epoch;
  const all = { kms, device, wallet, asked, propose, agree, releaseOf, signatures, askFlip, followed, prepare };
  return { ...all, epochs, current };
}

const flippedBy = (signed: Signed) => openStatement(flippedStatement, signed, deployment.kms.signing, verifyEd25519);

describe('the kms prepares a new epoch', () => {
  it('with the cloud, comes to the R that the cloud comes to, and goes on serving the old one', async () => {
    const { propose, epochs, current, releaseOf } = await setUp();
    const { prepared, commitments, epoch } = await propose();
    assert.deepEqual(
      prepared.map(({ commitment }) => commitment),
      commitments,
    );
    assert.deepEqual([epoch, current(), epochs()], [2, 1, [1, 2]]);
    await releaseOf(1, 'sign');
    await refused(releaseOf(2, 'sign'), 'wallet-state');
  });

  it('at the word of the cloud alone: of this deployment, of now, never the same attempt twice', async () => {
    const { propose, epochs, kms, asked } = await setUp();
    await refused(propose({ by: SigningKey.generate() }), 'share-mismatch');
    await refused(propose({ by: world.kms.signing }), 'share-mismatch');
    await refused(propose({ deployment: 'test-other' }), 'share-mismatch');
    await refused(propose({ at: clock.at - 61_000 }), 'message-expired');
    await refused(propose({ at: clock.at + 61_000 }), 'message-expired');
    assert.deepEqual(epochs(), [1]);
    const { signed, attempt } = await propose();
    await refused(proposeRotation(kms, signed), 'proof-replayed');
    await refused(propose({ why: { by: 'person', asked: await asked() } }, filled(32, 4), attempt), 'request-used');
    assert.deepEqual(epochs(), [1, 2]);
  });

  it("and for nobody but the person, from a device of the wallet's own, for the epoch that is current", async () => {
    const { propose, asked, epochs, wallet } = await setUp();
    const why = async (...given: Parameters<typeof asked>) => ({ by: 'person', asked: await asked(...given) }) as const;
    await refused(propose({ why: await why({}, new TestDevice()) }), 'device-unknown');
    await refused(propose({ why: await why({}, undefined, 'mallory') }), 'token-identity');
    await refused(propose({ why: await why({ from: 2 }) }), 'wallet-state');
    await refused(propose({ why: await why({ from: 2 }), wallets: [{ wallet: wallet.id, from: 2 }] }), 'wallet-state');
    await refused(propose({ why: await why({ wallet: filled(32, 1) }) }), 'wallet-state');
    const twice = [1, 1].map((from) => ({ wallet: wallet.id, from }));
    await refused(propose({ why: await why(), wallets: twice }), 'wallet-state');
    await refused(propose({ why: { by: 'statement', number: 1 } }), 'wallet-state');
    assert.deepEqual(epochs(), [1]);
  });

  it('not for a key of an embedded page', async () => {
    const { kms, wallet, device, asked, propose, epochs } = await setUp();
    const embedded = new TestDevice();
    const devices = [...wallet.deed.devices, entryOf(embedded, 'approval', 'https://dapp.example')];
    const version = byDevice(nextBody(wallet.deed, { devices }), device);
    const message = { v: 1, deployment: deployment.id, kind: 'deed', expires: clock.at + 60_000, version } as const;
    const token = await issuer.token('alice', null);
    const to = { htu: addressOf(deployment.kms.url, paths.deed), token, at: clock.at };
    await updateDeed(kms, device.ask(deedUpdateCodec, { ...message, wallet: wallet.id }, to));
    await refused(propose({ why: { by: 'person', asked: await asked({}, embedded) } }), 'device-scope');
    assert.deepEqual(epochs(), [1]);
  });

  it('burns the number of every attempt, whatever becomes of it', async () => {
    const { propose, kms, epochs } = await setUp();
    assert.equal((await propose()).epoch, 2);
    await refused(propose({}, filled(31, 3)), 'share-mismatch');
    assert.equal((await propose()).epoch, 4);
    assert.deepEqual(epochs(), [1, 4], 'a later attempt takes the place of an earlier one');
    clock.at += 11 * 60_000;
    await giveUpRotations(kms);
    clock.at -= 11 * 60_000;
    assert.deepEqual(epochs(), [1]);
    assert.equal((await propose()).epoch, 5);
  });
});

describe('the kms flips', () => {
  it('once both have prepared the same and the pair has signed; asked again it says the same', async () => {
    const { prepare, askFlip, current, kms } = await setUp();
    const { epoch } = await prepare();
    const done = await askFlip(epoch);
    const said = flippedBy(done.flip);
    assert.deepEqual([said?.from, said?.epoch, current()], [1, 2, 2]);
    assert.deepEqual(await askFlip(epoch), done);
    assert.equal(brokenAt(kms.store.database), null);
    const entry = kms.store.database.sqlite.prepare("SELECT place, body FROM log WHERE kind = 'rotation'").get();
    assert.deepEqual([entry?.['place'], entry?.['body']], [said?.log, done.flip.body]);
  });

  it('not where the cloud has not agreed, has agreed to something else, or another than the cloud says so', async () => {
    const { propose, agree, releaseOf, askFlip, current } = await setUp();
    const { attempt, prepared, epoch } = await propose();
    const [one] = prepared;
    assert.ok(one);
    await refused(agree(attempt, [{ ...one, commitment: filled(32, 1) }]), 'share-mismatch');
    await refused(agree(attempt, [{ ...one, epoch: 3 }]), 'share-mismatch');
    await refused(agree(filled(32, 1), prepared), 'share-mismatch');
    await refused(agree(attempt, prepared, SigningKey.generate()), 'share-mismatch');
    await refused(agree(attempt, prepared, undefined, clock.at - 61_000), 'message-expired');
    await refused(releaseOf(epoch), 'wallet-state');
    await refused(askFlip(epoch), 'wallet-state');
    assert.equal(current(), 1);
  });

  it('not before a release of the new pair is on record, nor without good signatures of every key over this epoch', async () => {
    const { propose, agree, releaseOf, askFlip, signatures, current } = await setUp();
    const { attempt, prepared, epoch } = await propose();
    await agree(attempt, prepared);
    await refused(askFlip(epoch), 'wallet-state');
    await releaseOf(epoch);
    const good = signatures(epoch);
    const { secp256k1, ed25519 } = good;
    assert.ok(secp256k1 && ed25519);
    await refused(askFlip(epoch, { secp256k1 }), 'share-mismatch');
    await refused(askFlip(epoch, { secp256k1, ed25519: filled(64, 1) }), 'share-mismatch');
    await refused(askFlip(epoch, { ...signatures(3) }), 'share-mismatch');
    await refused(askFlip(epoch, good, new TestDevice()), 'device-unknown');
    assert.equal(current(), 1);
    await askFlip(epoch);
    assert.equal(current(), 2);
  });

  it('not to an attempt in whose place another came, nor to one that was given up', async () => {
    const { prepare, askFlip, propose, kms, current } = await setUp();
    const { epoch } = await prepare();
    const later = await propose();
    await refused(askFlip(epoch), 'wallet-state');
    await refused(askFlip(later.epoch), 'wallet-state');
    clock.at += 11 * 60_000;
    await giveUpRotations(kms);
    clock.at -= 11 * 60_000;
    await refused(askFlip(later.epoch), 'wallet-state');
    assert.equal(current(), 1);
  });

  it('and then serves the new epoch alone, and prepares nothing from an old one', async () => {
    const { prepare, askFlip, releaseOf, propose } = await setUp();
    const { epoch } = await prepare();
    await askFlip(epoch);
    await refused(releaseOf(1, 'sign'), 'wallet-state');
    await refused(releaseOf(epoch), 'wallet-state');
    await releaseOf(epoch, 'sign');
    await refused(propose(), 'wallet-state');
  });

  it('of two flips raced, and of a flip and a new attempt raced, leaves one whole epoch', async () => {
    const { prepare, askFlip, propose, epochs, current, releaseOf } = await setUp();
    const { epoch } = await prepare();
    const raced = await Promise.allSettled([askFlip(epoch), propose(), askFlip(epoch)]);
    const flips = [raced[0], raced[2]].flatMap((one) => (one?.status === 'fulfilled' ? [one.value] : []));
    if (current() === epoch) assert.equal(flips.length > 0, true);
    else assert.deepEqual([flips.length, current()], [0, 1]);
    assert.ok(epochs().includes(current()));
    await releaseOf(current(), 'sign');
  });
});

describe('the old epoch', () => {
  it('is destroyed at the word of the cloud that it holds the flip, and no sooner', async () => {
    const { prepare, askFlip, followed, epochs } = await setUp();
    const { epoch } = await prepare();
    await followed(epoch);
    assert.deepEqual(epochs(), [1, 2], 'not flipped: nothing is destroyed');
    await askFlip(epoch);
    await refused(followed(epoch, SigningKey.generate()), 'share-mismatch');
    await refused(followed(epoch, undefined, clock.at - 61_000), 'message-expired');
    await followed(1);
    assert.deepEqual(epochs(), [1, 2]);
    await followed(epoch);
    await followed(epoch);
    assert.deepEqual(epochs(), [2]);
  });
});

describe('where a wallet stands', () => {
  it('is said signed, answering the challenge of who asks', async () => {
    const { prepare, askFlip, kms, wallet } = await setUp();
    const state = (challenge: Uint8Array) =>
      openStatement(
        epochStateStatement,
        epochStateOf(kms, wallet.id, challenge),
        deployment.kms.signing,
        verifyEd25519,
      );
    const { attempt, epoch } = await prepare();
    const before = state(filled(32, 1));
    assert.deepEqual([before?.epoch, before?.flip, before?.attempt], [1, null, attempt]);
    const { flip: signed } = await askFlip(epoch);
    const now = state(filled(32, 2));
    assert.deepEqual([now?.epoch, now?.flip, now?.attempt, now?.challenge], [2, signed, null, filled(32, 2)]);
  });
});
