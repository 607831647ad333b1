import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { messageFromJson } from '@symbolon/chains/evm';
import { flipAnswer, rotateAnswer } from '@symbolon/protocol';
import type { WalletClient } from './client.ts';
import { Refuse, World } from './testing.ts';

const message = messageFromJson('hello');
const minute = 60_000;
const minutes = (count: number) => count / (24 * 60);

let world: World;
let client: WalletClient;
let id: Uint8Array;

beforeEach(async () => {
  world = new World();
  client = world.device().client;
  id = (await client.create()).wallet.id;
  world.asked.length = 0;
});

describe('a rotation', () => {
  it('is prepared by both stores, checked by the signer, decided by the kms, followed by the cloud, in this order', async () => {
    const { wallet, alarm } = await client.rotate();
    assert.deepEqual([wallet.record.epoch, alarm], [2, null]);
    const path = [
      'cloud/wallets/rotate',
      'cloud/seals',
      'signer/requests',
      'kms/wallets/flip',
      'cloud/wallets/follow-flip',
    ];
    assert.deepEqual(
      world.asked.filter((hop) => path.includes(hop)),
      path,
    );
    assert.deepEqual([world.epoch, wallet.id], [{ kms: 2, cloud: 2 }, id]);
    assert.equal((await client.sign(message)).alarm, null);
  });

  it('whose P-check fails flips nothing', async () => {
    const honest = world.answer.bind(world);
    world.answer = (request) => {
      const answer = honest(request);
      return answer.status === 'turned' ? { ...answer, signatures: { secp256k1: new Uint8Array(64) } } : answer;
    };
    await assert.rejects(client.rotate(), { code: 'signature-invalid' });
    assert.ok(!world.asked.includes('kms/wallets/flip'));
    assert.equal((await client.sign(message)).alarm, null);
  });

  it('answered with an epoch that is not a later one, or with a flip that the kms did not sign so, is not believed', async () => {
    world.on('cloud/wallets/rotate', () => () => rotateAnswer.encode({ epoch: 1 }));
    await assert.rejects(client.rotate(), { code: 'party-answer-invalid' });
    world.honest();
    for (const said of [
      { epoch: 2 },
      { wallet: id, epoch: 9 },
      { wallet: id, from: 7 },
      { wallet: id, deployment: 'x-other' },
    ]) {
      world.on(
        'kms/wallets/flip',
        () => () => flipAnswer.encode({ flip: world.flipOf({ epoch: world.given, ...said }) }),
      );
      await assert.rejects(client.rotate(), { code: 'party-answer-invalid' });
    }
    world.honest();
    assert.equal((await client.wallet()).record.epoch, 1);
    assert.equal((await client.sign(message)).alarm, null);
  });

  it('goes on where the answer of the preparation got lost, or the cloud could not be told', async () => {
    let lost = 0;
    world.on('cloud/wallets/rotate', (honest) => (body) => {
      const answer = honest(body);
      if (lost++ === 0) throw new Refuse(503, 'kms-unreachable');
      return answer;
    });
    world.on('cloud/wallets/follow-flip', () => () => {
      throw new Refuse(503, 'store-unavailable');
    });
    assert.equal((await client.rotate()).wallet.record.epoch, 3);
    assert.deepEqual(world.epoch, { kms: 3, cloud: 1 });
    world.honest();
    await client.open();
    assert.deepEqual(world.epoch, { kms: 3, cloud: 3 }, 'whoever comes by carries the flip along');
  });

  it('that another device made meanwhile serves as well', async () => {
    world.on('cloud/wallets/rotate', (honest) => async (body) => {
      await honest(body);
      world.flip = world.flipOf({ wallet: id, from: 1, epoch: 2 });
      world.epoch.kms = 2;
      world.epoch.cloud = 2;
      throw new Refuse(403, 'refused');
    });
    assert.equal((await client.rotate()).wallet.record.epoch, 2);
  });
});

describe('epochs, as a device sees them', () => {
  it('never go down, and are none but by the word of the kms', async () => {
    await client.rotate();
    const { flip } = world;
    world.epoch.kms = 1;
    world.epoch.cloud = 1;
    await assert.rejects(client.open(), { code: 'deed-rolled-back' });
    world.epoch.kms = 3;
    await assert.rejects(client.open(), { code: 'deed-invalid' });
    world.flip = world.flipOf({ wallet: new Uint8Array(32), epoch: 3 });
    await assert.rejects(client.open(), { code: 'deed-invalid' });
    world.flip = flip;
    world.epoch.kms = 2;
    assert.equal((await client.open()).status, 'ready');
  });

  it('of which the cloud knows a later one than the kms are not signed in', async () => {
    const newcomer = new World();
    const { client: other } = newcomer.device();
    const { wallet } = await other.create();
    newcomer.flip = newcomer.flipOf({ wallet: wallet.id });
    newcomer.epoch.cloud = 2;
    await assert.rejects(other.open(), { code: 'stores-disagree' });
  });
});

describe('rotateAfterDays', () => {
  const old = (count: number) => {
    world.clock.at += count * minute;
  };

  it('gives the wallet new shares after a signature, once the old ones are so old, and then not again', async () => {
    const own = new World();
    world = own;
    const signed = Promise.withResolvers<void>();
    const { client: turning } = own.device({ rotateAfterDays: minutes(30) });
    await turning.create();
    old(29);
    await turning.sign(message);
    await turning.idle();
    assert.equal(own.epoch.kms, 1);
    old(2);
    own.on('kms/wallets/flip', (honest) => async (body) => {
      await signed.promise;
      return honest(body);
    });
    await turning.sign(message);
    signed.resolve();
    await turning.idle();
    assert.equal(own.epoch.kms, 2);
    await turning.sign(message);
    await turning.idle();
    assert.equal(own.epoch.kms, 2);
  });

  it('never spoils a signature: what fails is tried at the next one', async () => {
    const own = new World();
    world = own;
    const { client: turning } = own.device({ rotateAfterDays: minutes(1) });
    await turning.create();
    old(2);
    own.on('cloud/wallets/rotate', () => () => {
      throw new Refuse(403, 'refused');
    });
    assert.equal((await turning.sign(message)).alarm, null);
    await turning.idle();
    own.honest();
    await turning.sign(message);
    await turning.idle();
    assert.equal(own.epoch.kms, 2);
  });

  it('is off unless said', async () => {
    old(60);
    await client.sign(message);
    await client.idle();
    assert.equal(world.epoch.kms, 1);
  });
});
