import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { equal, join, Secret, utf8 } from '@symbolon/crypto';
import { publicKeySecp256k1 } from '@symbolon/crypto/native';
import { clientOf } from '../support/client.ts';
import { Hand } from '../support/hand.ts';
import { Insider } from '../support/insider.ts';
import { bootWorld, type World } from '../support/world.ts';

const intent = { type: 'evm-message', message: utf8('turn') } as const;

describe('law 6: a rotation gives new shares to the same keys', () => {
  let world: World;
  before(async () => {
    world = await bootWorld();
  });
  after(() => world[Symbol.asyncDispose]());

  /** Both shares as they lie in the stores now. */
  async function sharesOf(id: Uint8Array, epoch: number) {
    const read = (store: 'kms' | 'cloud') => new Insider(world, store).readShare({ id, epoch }, 'secp256k1');
    return { a: await read('kms'), b: await read('cloud') };
  }

  const makes = (a: Uint8Array, b: Uint8Array, publicKey: Uint8Array | undefined) => {
    using key = join(Secret.take(a.slice()), Secret.take(b.slice()));
    return publicKey !== undefined && equal(publicKeySecp256k1(key), publicKey);
  };

  test('the address stays, the wallet signs, an old share beside a new one makes nothing, and the old keys are gone', async () => {
    const client = clientOf(new Hand(world));
    const { wallet } = await client.create();
    const key = wallet.deed.keys.secp256k1;
    const old = await sharesOf(wallet.id, 1);
    assert.ok(makes(old.a, old.b, key), 'the control');

    const turned = await client.rotate();
    assert.deepEqual(turned.id, wallet.id);
    assert.ok(turned.record.epoch > 1);
    const now = await sharesOf(wallet.id, turned.record.epoch);
    assert.ok(makes(now.a, now.b, key));
    assert.equal(makes(old.a, now.b, key), false);
    assert.equal(makes(now.a, old.b, key), false);
    assert.equal((await client.sign(intent)).alarm, null);
    await assert.rejects(sharesOf(wallet.id, 1));
  });
});
