import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { equal, fromBase64url, Secret } from '@symbolon/crypto';
import { hpkeXWing, type SigningKey, verifyEd25519 } from '@symbolon/crypto/native';
import {
  activationStatement,
  addressOf,
  curvesOf,
  type EpochState,
  epochStateStatement,
  type Flipped,
  flippedStatement,
  flipsFollowedStatement,
  followCodec,
  followFlipCodec,
  openStatement,
  type PreparedEpoch,
  paths,
  type RotationPrepared,
  rotateCodec,
  rotationAgreedAnswer,
  rotationAgreedStatement,
  rotationPreparedStatement,
  rotationProposalStatement,
  type ShareRequest,
  type Signed,
  sealInfo,
  shareRequestCodec,
  signedCodec,
  signStatement,
} from '@symbolon/protocol';
import { EmbeddedVault, keep, RotationKey, ShareStore } from '@symbolon/share-store';
import { EvidenceVerifier, Refusal, type RefusalReason } from '@symbolon/verify';
import {
  allowedPair,
  evidenceOf,
  filled,
  keepAsk,
  makeSigner,
  makeWallet,
  makeWorld,
  shareRequestOf,
  TestDevice,
  type TestWallet,
} from '../../../packages/verify/src/testing.ts';
import type { Cloud } from './cloud.ts';
import { followFlip, settleEpoch, settleEpochs, tellFollowed } from './epochs.ts';
import { follow } from './follow.ts';
import { rotate } from './rotation.ts';
import { seal } from './seal.ts';
import { StatementFollower } from './statements.ts';
import { CloudStore } from './store.ts';

const world = await makeWorld();
const { clock, deployment, issuer } = world;
const folder = mkdtempSync(join(tmpdir(), 'cloud-rotation-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const signer = makeSigner();
const head = { v: 1, deployment: deployment.id } as const;

async function refused(work: Promise<unknown>, reason: RefusalReason): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.reason, reason);
    return true;
  });
}

/** A kms as the cloud meets it: real keys and seals, and whatever a test has it say. */
class TestKms {
  readonly server: Server;
  up = true;
  wallet: TestWallet | null = null;
  /** What the kms says where an honest one would say this. */
  prepares: (honest: RotationPrepared) => RotationPrepared = (honest) => honest;
  state: (honest: EpochState) => EpochState = (honest) => honest;
  signing: SigningKey = world.kms.signing;
  /** Sent in place of the next answer. */
  replay: Uint8Array | null = null;
  given = 1;
  epoch = 1;
  flip: Signed | null = null;
  attempt: Uint8Array | null = null;
  readonly agreed: PreparedEpoch[] = [];
  readonly followed: { wallet: Uint8Array; epoch: number }[] = [];
  readonly answers: Uint8Array[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://kms');
        response.statusCode = this.up ? 200 : 503;
        const answer = this.replay ?? this.#answer(pathname, searchParams, new Uint8Array(Buffer.concat(chunks)));
        this.answers.push(answer);
        response.end(answer);
      })().catch(() => response.writeHead(403).end());
    });
  }

  /** The kms decides. */
  turn(epoch: number, said: Partial<Flipped> = {}): Signed {
    const wallet = this.wallet?.id ?? filled(32, 0);
    const flipped = { ...head, wallet, from: this.epoch, epoch, at: clock.at, log: 9, order: null, ...said };
    this.flip = signStatement(flippedStatement, flipped, this.signing);
    this.epoch = epoch;
    this.attempt = null;
    return this.flip;
  }

  #answer(path: string, query: URLSearchParams, body: Uint8Array): Uint8Array {
    if (path === paths.epoch) return signedCodec.encode(this.#state(query));
    const signed = signedCodec.decode(body);
    if (path === paths.proposeRotation) return signedCodec.encode(this.#prepare(signed));
    const kind = path === paths.agreeRotation ? rotationAgreedStatement : flipsFollowedStatement;
    const says = openStatement<{ wallets: { wallet: Uint8Array; epoch: number }[] }>(
      kind,
      signed,
      deployment.cloud.signing,
      verifyEd25519,
    );
    if (path !== paths.agreeRotation) {
      this.followed.push(...(says?.wallets ?? []));
      return new Uint8Array();
    }
    this.agreed.push(...((says?.wallets ?? []) as PreparedEpoch[]));
    return rotationAgreedAnswer.encode({ flips: [] });
  }

  #prepare(signed: Signed): Signed {
    const says = openStatement(rotationProposalStatement, signed, deployment.cloud.signing, verifyEd25519);
    assert.ok(says && this.wallet);
    const { attempt, contribution, ephemeral, wallets } = says;
    const theirs = world.kms.sealing.open(contribution, sealInfo('rotation-kms', deployment.id), attempt).plaintext;
    using ours = Secret.take(filled(32, 5));
    const info = sealInfo('rotation-cloud', deployment.id);
    const { sealed } = hpkeXWing.seal(ephemeral, info, attempt, ours.expose());
    using key = new RotationKey(deployment.id, attempt, theirs, ours);
    this.given += 1;
    this.attempt = attempt;
    const { given: epoch, wallet } = this;
    const prepared = wallets.map((one) => {
      const turn = key.turn(one.wallet, epoch, curvesOf(wallet.deed.keys));
      return { wallet: one.wallet, epoch, commitment: key.commitment(one.wallet, epoch, turn) };
    });
    const answer = this.prepares({ ...head, attempt, at: clock.at, contribution: sealed, wallets: prepared });
    return signStatement(rotationPreparedStatement, answer, this.signing);
  }

  #state(query: URLSearchParams): Signed {
    const { epoch, flip, attempt } = this;
    const wallet = fromBase64url(query.get('wallet') ?? '');
    const challenge = fromBase64url(query.get('challenge') ?? '');
    const honest: EpochState = { ...head, wallet, epoch, flip, attempt, challenge, at: clock.at };
    return signStatement(epochStateStatement, this.state(honest), this.signing);
  }
}

let kms: TestKms;
const servers: Server[] = [];
beforeEach(async () => {
  kms = new TestKms();
  servers.push(kms.server);
  kms.server.listen(0, '127.0.0.1');
  await once(kms.server, 'listening');
  deployment.kms.url = `http://127.0.0.1:${(kms.server.address() as AddressInfo).port}`;
});
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A cloud with one active wallet, whose kms is the one of this test. */
async function setUp() {
  const store = new CloudStore(join(folder, `${files++}.sqlite`));
  const shares = new ShareStore({
    store: 'cloud',
    deployment,
    wallets: store.wallets,
    vault: new EmbeddedVault(Secret.random(32)),
    signing: world.cloud.signing,
    sealing: world.cloud.sealing,
    evidence: new EvidenceVerifier(deployment, () => [allowedPair(deployment)], clock.now),
    now: clock.now,
  });
  const cloud: Cloud = { shares, store, statements: new StatementFollower(store, deployment, clock.now) };
  await shares.evidence.present(evidenceOf(world, signer));
  const device = new TestDevice();
  const wallet = makeWallet(world, device, 'alice');
  kms.wallet = wallet;
  await keep(shares, await keepAsk(world, 'cloud', wallet, device));
  const to = async (path: Parameters<typeof addressOf>[1], person = 'alice', store: 'cloud' | 'kms' = 'cloud') => ({
    htu: addressOf(deployment[store].url, path),
    token: await issuer.token(person, device),
    at: clock.at,
  });
  const message = { ...head, expires: clock.at + 60_000, wallet: wallet.id } as const;
  const activation = signStatement(
    activationStatement,
    { ...head, wallet: wallet.id, epoch: 1, at: 1, log: 1 },
    world.kms.signing,
  );
  await follow(cloud, device.ask(followCodec, { ...message, kind: 'follow', activation }, await to(paths.follow)));

  const turn = async (from = 1, by = device, person = 'alice') => {
    const ask = async (store: 'cloud' | 'kms') =>
      by.ask(rotateCodec, { ...message, kind: 'rotate', from }, await to(paths.rotate, person, store));
    return rotate(cloud, { cloud: await ask('cloud'), kms: await ask('kms') });
  };
  const followed = async (flip: Signed, by = device) =>
    followFlip(cloud, by.ask(followFlipCodec, { ...message, kind: 'follow-flip', flip }, await to(paths.followFlip)));
  const sealFor = async (changed: Partial<ShareRequest>, person = 'alice') =>
    seal(
      cloud,
      device.ask(shareRequestCodec, shareRequestOf(world, wallet, signer, changed), await to(paths.seals, person)),
    );
  const epochs = () =>
    store.database.sqlite
      .prepare('SELECT epoch FROM share_keys ORDER BY epoch')
      .all()
      .map(({ epoch }) => epoch);
  const current = () => shares.wallet(wallet.id).row.epoch;
  return { cloud, store, device, wallet, turn, followed, sealFor, epochs, current };
}

describe('the cloud prepares a new epoch', () => {
  it('with the kms, agrees once its own half is durable, and goes on serving the old one', async () => {
    const { turn, epochs, current, sealFor, wallet } = await setUp();
    assert.deepEqual(await turn(), { epoch: 2 });
    assert.deepEqual([current(), epochs()], [1, [1, 2]]);
    assert.equal(kms.agreed.length, 1);
    await sealFor({});
    await sealFor({ kind: 'rotate', epoch: 2, publicKeys: wallet.deed.keys });
    await refused(sealFor({ epoch: 2 }), 'wallet-state');
  });

  it('for nobody but the person, from an enrolled device, and asks the kms nothing before', async () => {
    const { turn, epochs } = await setUp();
    await refused(turn(1, new TestDevice()), 'device-unknown');
    await refused(turn(1, undefined, 'mallory'), 'token-identity');
    await refused(turn(2), 'wallet-state');
    assert.deepEqual([kms.answers.length, epochs()], [0, [1]]);
  });

  const lies: Record<string, (honest: RotationPrepared) => RotationPrepared> = {
    'another commitment': ({ wallets, ...rest }) => ({
      ...rest,
      wallets: wallets.map((one) => ({ ...one, commitment: filled(32, 1) })),
    }),
    'another attempt': (honest) => ({ ...honest, attempt: filled(32, 1) }),
    'another deployment': (honest) => ({ ...honest, deployment: 'test-other' }),
    'another wallet': ({ wallets, ...rest }) => ({
      ...rest,
      wallets: wallets.map((one) => ({ ...one, wallet: filled(32, 1) })),
    }),
    'an epoch that was there before': ({ wallets, ...rest }) => ({
      ...rest,
      wallets: wallets.map((one) => ({ ...one, epoch: 1 })),
    }),
    'no wallet': (honest) => ({ ...honest, wallets: [] }),
    'its own contribution of another length': (honest) => ({ ...honest, contribution: filled(1_150, 1) }),
  };
  for (const [what, lie] of Object.entries(lies)) {
    it(`and does not agree where the kms answers with ${what}`, async () => {
      const { turn, sealFor, current } = await setUp();
      kms.prepares = lie;
      await assert.rejects(turn());
      assert.deepEqual([kms.agreed, current()], [[], 1]);
      await sealFor({});
    });
  }

  it('not with somebody in the place of the kms, nor with one that does not answer', async () => {
    const { turn, epochs } = await setUp();
    kms.signing = world.cloud.signing;
    await refused(turn(), 'share-mismatch');
    kms.up = false;
    await assert.rejects(turn(), { code: 'kms-unreachable', status: 503 });
    assert.deepEqual(epochs(), [1]);
  });

  it('twice at once leaves the one that the kms holds last', async () => {
    const { turn, cloud, wallet, epochs } = await setUp();
    const raced = await Promise.allSettled([turn(), turn(), turn()]);
    assert.ok(raced.some(({ status }) => status === 'fulfilled'));
    assert.deepEqual(epochs(), [1, 4]);
    assert.ok(equal(cloud.shares.wallets.pending(wallet.id)?.attempt ?? filled(1, 0), kms.attempt ?? filled(1, 1)));
  });
});

describe('the cloud follows a flip', () => {
  it('of the kms, on this wallet, to the epoch that is prepared here; then the old key is destroyed, and the kms told', async () => {
    const { turn, followed, epochs, current, cloud, wallet } = await setUp();
    const { epoch } = await turn();
    const flip = kms.turn(epoch);
    const other = (said: Partial<Flipped>, by = world.kms.signing) =>
      signStatement(
        flippedStatement,
        { ...head, wallet: wallet.id, from: 1, epoch, at: 1, log: 9, order: null, ...said },
        by,
      );
    await refused(followed(other({}, world.cloud.signing)), 'wallet-state');
    await refused(followed(other({ wallet: filled(32, 1) })), 'wallet-state');
    await refused(followed(other({ deployment: 'test-other' })), 'wallet-state');
    await refused(followed(other({ epoch: 3 })), 'wallet-state');
    await refused(followed(flip, new TestDevice()), 'device-unknown');
    assert.deepEqual([current(), epochs()], [1, [1, 2]]);
    await followed(flip);
    await followed(flip);
    assert.deepEqual([current(), epochs()], [2, [2]]);
    assert.deepEqual(kms.followed, []);
    await tellFollowed(cloud);
    await tellFollowed(cloud);
    assert.deepEqual(kms.followed, [{ wallet: wallet.id, epoch: 2 }], 'once it has heard it is told no more');
  });

  it('and never one that leads down, or that it holds no share of', async () => {
    const { turn, followed, current, epochs } = await setUp();
    const { epoch: first } = await turn();
    const one = kms.turn(first);
    await followed(one);
    const { epoch: second } = await turn(first);
    await followed(kms.turn(second));
    await followed(one);
    assert.deepEqual([current(), epochs()], [second, [second]]);
    await refused(followed(kms.turn(9)), 'wallet-state');
    assert.deepEqual([current(), epochs()], [second, [second]]);
  });

  it('destroys at the next round what a crash left undestroyed', async () => {
    const { turn, cloud, epochs, followed } = await setUp();
    const { epoch } = await turn();
    const { wallets } = cloud.shares;
    const destroy = wallets.destroyBefore.bind(wallets);
    wallets.destroyBefore = () => Promise.reject(new Error('killed'));
    await assert.rejects(followed(kms.turn(epoch)), /killed/);
    assert.deepEqual(epochs(), [1, 2]);
    wallets.destroyBefore = destroy;
    await tellFollowed(cloud);
    assert.deepEqual(epochs(), [2]);
  });

  it('by itself, where the device knows of the flip first', async () => {
    const { turn, sealFor, current } = await setUp();
    const { epoch } = await turn();
    kms.turn(epoch);
    await refused(sealFor({ epoch }, 'mallory'), 'token-identity');
    assert.equal(current(), 1);
    await sealFor({ epoch });
    assert.equal(current(), 2);
    await refused(sealFor({ epoch: 1 }), 'wallet-state');
  });
});

describe('a prepared epoch that nobody flipped', () => {
  it('is given up only at the word of the kms that it is over', async () => {
    const { turn, cloud, epochs, wallet } = await setUp();
    await turn();
    await settleEpoch(cloud, wallet.id);
    assert.deepEqual(epochs(), [1, 2], 'the kms may flip it yet');
    kms.up = false;
    await assert.rejects(settleEpochs(cloud, clock.at + 1), { code: 'kms-unreachable' });
    assert.deepEqual(epochs(), [1, 2], 'a kms that is down decides nothing');
    kms.up = true;
    kms.attempt = null;
    await settleEpochs(cloud, clock.at + 1);
    assert.deepEqual(epochs(), [1]);
  });

  it('not at a word of the kms from before it was flipped, whoever brings it again', async () => {
    const { turn, cloud, epochs, current, wallet } = await setUp();
    const { epoch } = await turn();
    const { attempt } = kms;
    kms.attempt = filled(32, 1);
    kms.state = (honest) => ({ ...honest, wallet: filled(32, 1) });
    await refused(settleEpoch(cloud, wallet.id), 'wallet-state');
    kms.state = (honest) => ({ ...honest, challenge: filled(32, 1) });
    await refused(settleEpoch(cloud, wallet.id), 'wallet-state');
    const old = kms.answers.at(-1);
    assert.ok(old);
    kms.state = (honest) => honest;
    kms.attempt = attempt;
    kms.turn(epoch);
    kms.replay = old;
    await refused(settleEpoch(cloud, wallet.id), 'wallet-state');
    assert.deepEqual([current(), epochs()], [1, [1, 2]], 'without Key B of the new epoch the wallet would be lost');
    kms.replay = null;
    await settleEpoch(cloud, wallet.id);
    assert.equal(current(), 2);
  });

  it('that the kms has flipped is followed at the next round', async () => {
    const { turn, cloud, current } = await setUp();
    const { epoch } = await turn();
    kms.turn(epoch);
    await settleEpochs(cloud, clock.at + 1);
    assert.equal(current(), 2);
  });
});
