import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WalletClient } from '@symbolon/client';
import { equal, join, Secret, utf8 } from '@symbolon/crypto';
import { publicKeyEd25519, publicKeySecp256k1, verifyEd25519 } from '@symbolon/crypto/native';
import {
  addressOf,
  curvesInOrder,
  type Decision,
  openStatement,
  paths,
  type RotationReport,
  rotationProposalStatement,
  rotationReportStatement,
  signedCodec,
  signStatement,
} from '@symbolon/protocol';
import { type Between, standBetween } from '../support/between.ts';
import { clientOf } from '../support/client.ts';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { Hand } from '../support/hand.ts';
import { get, post } from '../support/http.ts';
import { Insider } from '../support/insider.ts';
import { nothingHappens, withStore } from '../support/records.ts';
import { listAt, nextBodyOn, organisations, signedBy, submit } from '../support/statements.ts';
import { bootWorld, introduceSigner, type World } from '../support/world.ts';

const intent = { type: 'evm-message', message: utf8('turn') } as const;

describe('every wallet gets new shares by a statement of several organisations, nobody online', () => {
  let world: World;
  let between: Between;
  let canary: Member;
  let others: Member[];
  interface Member {
    hand: Hand;
    wallet: HandWallet;
    client: WalletClient;
  }

  before(async () => {
    world = await bootWorld();
    between = await standBetween(world, 'cloud', (_, forward) => forward());
    await introduceSigner(world);
    canary = await member();
    others = await Promise.all([0, 1, 2, 3, 4].map(member));
  });
  after(async () => {
    await between[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  async function member(): Promise<Member> {
    const hand = new Hand(world);
    return { hand, wallet: await createWallet(hand), client: clientOf(hand) };
  }

  const decide = async (decision: Decision, signers = 2) =>
    submit(world, signedBy(nextBodyOn(world, await listAt(world), decision), organisations(world).slice(0, signers)));
  const order = (rate: number, canaries: Uint8Array[] = []): Decision => ({
    what: 'rotate-all',
    rate,
    canaries,
    lockHours: 72,
    note: 'a store was copied',
  });
  const epochAt = (store: 'kms' | 'cloud', { wallet }: Member): number =>
    withStore(world, store, (database) =>
      Number(database.prepare('SELECT epoch FROM wallets WHERE id = ?').get(wallet.id)?.['epoch']),
    );
  const epochsOf = (members: Member[]) => members.map((one) => epochAt('cloud', one));
  const keptAt = (store: 'kms' | 'cloud', { wallet }: Member) =>
    withStore(world, store, (database) =>
      database.prepare('SELECT epoch FROM share_keys WHERE wallet = ? ORDER BY epoch').all(wallet.id),
    ).map(({ epoch }) => epoch);

  async function report(number: number): Promise<RotationReport> {
    const { body } = await get(`${addressOf(world.deployment.kms.url, paths.rotationReport)}?number=${number}`);
    const { signing } = world.deployment.kms;
    const said = openStatement(rotationReportStatement, signedCodec.decode(body), signing, verifyEd25519);
    assert.ok(said);
    return said;
  }

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await holds()); tries += 1) {
      assert.ok(tries < 300, what);
      await sleep(100);
    }
  }

  test('not by one organisation, and not by the cloud without a statement', async () => {
    await nothingHappens(world, async () => {
      assert.equal((await decide(order(100), 1)).status, 400);
    });
    await canary.client.rotate();
    const last = between.hops.filter(({ path }) => path === paths.proposeRotation).at(-1);
    assert.ok(last);
    const said = rotationProposalStatement.body.decode(signedCodec.decode(last.body).body);
    const why = { by: 'statement', number: 1 } as const;
    const forged = { ...said, why, at: Date.now(), attempt: new Uint8Array(32).fill(7) };
    const signed = signStatement(rotationProposalStatement, forged, new Insider(world, 'cloud').signing);
    const answer = await post(addressOf(world.deployment.kms.url, paths.proposeRotation), signedCodec.encode(signed));
    assert.equal(answer.code, 'refused');
  });

  test('the canaries go first; the others once each canary has signed with its new shares', async () => {
    const old = epochAt('kms', canary);
    const shares = await sharesOf(others[0], 1);
    assert.equal((await decide(order(1_000, [canary.wallet.id]))).status, 200);
    await until('the canary is turned', () => epochAt('cloud', canary) > old);
    await sleep(6_000);
    assert.deepEqual(epochsOf(others), [1, 1, 1, 1, 1], 'nobody else before it has signed');
    assert.equal((await report(2)).state, 'running');

    assert.equal((await canary.client.sign(intent)).alarm, null);
    await until('the others are turned', () => epochsOf(others).every((epoch) => epoch > 1));
    assert.deepEqual(
      epochsOf(others),
      others.map((one) => epochAt('kms', one)),
    );
    const { state, rotated, left } = await report(2);
    assert.deepEqual([state, rotated, left], ['done', 6, 0]);

    const now = await sharesOf(others[0], epochAt('kms', others[0] as Member));
    for (const curve of curvesInOrder) {
      assert.ok(
        makes(shares[curve].a, shares[curve].b, curve) && makes(now[curve].a, now[curve].b, curve),
        'the control',
      );
      assert.equal(makes(shares[curve].a, now[curve].b, curve), false);
      assert.equal(makes(now[curve].a, shares[curve].b, curve), false);
    }
  });

  test('every wallet signs on, under its address; devices learn the new epoch by themselves', async () => {
    for (const { client, wallet } of [canary, ...others]) {
      assert.equal((await client.sign(intent)).alarm, null);
      assert.deepEqual((await client.wallet()).id, wallet.id);
    }
  });

  test('old shares are locked: kept by both, served by none, and given up by the kms after a good P-check', async () => {
    const [one] = others;
    assert.ok(one);
    assert.deepEqual(keptAt('cloud', one), [1, epochAt('cloud', one)]);
    const lock = () =>
      withStore(world, 'kms', (database) =>
        database.prepare('SELECT locked_until FROM wallets WHERE id = ?').get(one.wallet.id),
      )?.['locked_until'];
    await until('the kms has heard of the signature', () => lock() === 0 || lock() === null);
  });

  test('paused it stands still, killed it goes on: each wallet is turned once', async () => {
    const before = epochsOf(others);
    assert.equal((await decide(order(1))).status, 200);
    await until('the first is turned', async () => (await report(3)).rotated >= 1);
    assert.equal((await decide({ what: 'pause-rotation', number: 3, note: '' })).status, 200);
    await world.devnet.kill('cloud', 'SIGKILL');
    await world.devnet.restart('cloud');
    await sleep(2_000);
    const paused = await report(3);
    assert.equal(paused.state, 'paused');
    await sleep(6_000);
    assert.equal((await report(3)).rotated, paused.rotated);

    assert.equal((await decide({ what: 'resume-rotation', number: 3, note: '' })).status, 200);
    await until('one more is turned', async () => (await report(3)).rotated > paused.rotated);
    await world.devnet.kill('kms', 'SIGKILL');
    await world.devnet.restart('kms');
    await introduceSigner(world);
    await until('all are turned', async () => (await report(3)).left === 0);
    assert.equal((await report(3)).rotated, 6);
    await until('the cloud has followed', () =>
      [canary, ...others].every((one) => epochAt('cloud', one) === epochAt('kms', one)),
    );
    assert.ok(epochsOf(others).every((epoch, index) => epoch > (before[index] ?? 0)));
    for (const { client } of others) assert.equal((await client.sign(intent)).alarm, null);
  });

  type Pair = { a: Uint8Array; b: Uint8Array };
  async function sharesOf(of: Member | undefined, epoch: number): Promise<Record<'secp256k1' | 'ed25519', Pair>> {
    assert.ok(of);
    const read = async (curve: 'secp256k1' | 'ed25519') => ({
      a: await new Insider(world, 'kms').readShare({ id: of.wallet.id, epoch }, curve),
      b: await new Insider(world, 'cloud').readShare({ id: of.wallet.id, epoch }, curve),
    });
    return { secp256k1: await read('secp256k1'), ed25519: await read('ed25519') };
  }

  function makes(a: Uint8Array, b: Uint8Array, curve: 'secp256k1' | 'ed25519'): boolean {
    using key = join(Secret.take(a.slice()), Secret.take(b.slice()));
    const point = curve === 'ed25519' ? publicKeyEd25519(key) : publicKeySecp256k1(key);
    return equal(point, others[0]?.wallet.deed.keys[curve] ?? new Uint8Array());
  }
});
