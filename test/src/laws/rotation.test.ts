import assert from 'node:assert/strict';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientError, MemoryStorage, type Wallet } from '@symbolon/client';
import { equal, join, Secret, utf8 } from '@symbolon/crypto';
import { publicKeyEd25519, publicKeySecp256k1 } from '@symbolon/crypto/native';
import { type Curve, curvesInOrder, findCodec, paths, type Store } from '@symbolon/protocol';
import { clientOf } from '../support/client.ts';
import { Hand } from '../support/hand.ts';
import { Insider } from '../support/insider.ts';
import { storeFile, withStore } from '../support/records.ts';
import { bootWorld, introduceSigner, type World } from '../support/world.ts';

const intent = { type: 'evm-message', message: utf8('turn') } as const;

let world: World;
before(async () => {
  world = await bootWorld();
});
after(() => world[Symbol.asyncDispose]());

/** Both shares as they lie in the stores now. */
async function sharesOf(id: Uint8Array, epoch: number, curve: Curve) {
  const read = (store: Store) => new Insider(world, store).readShare({ id, epoch }, curve);
  return { a: await read('kms'), b: await read('cloud') };
}

function makes(a: Uint8Array, b: Uint8Array, { deed }: Wallet, curve: Curve): boolean {
  using key = join(Secret.take(a.slice()), Secret.take(b.slice()));
  const point = curve === 'ed25519' ? publicKeyEd25519(key) : publicKeySecp256k1(key);
  return equal(point, deed.keys[curve] ?? new Uint8Array());
}

const epochsAt = (store: Store, id: Uint8Array) =>
  withStore(world, store, (database) =>
    database
      .prepare('SELECT epoch FROM share_keys WHERE wallet = ? ORDER BY epoch')
      .all(id)
      .map(({ epoch }) => epoch),
  );

describe('law 6: a rotation gives new shares to the same keys', () => {
  test('the address stays, the wallet signs; an old share of either store beside a new one of the other makes no key', async () => {
    const client = clientOf(new Hand(world));
    const { wallet } = await client.create();
    const old = new Map<Curve, { a: Uint8Array; b: Uint8Array }>();
    for (const curve of curvesInOrder) {
      const shares = await sharesOf(wallet.id, 1, curve);
      assert.ok(makes(shares.a, shares.b, wallet, curve), 'the control');
      old.set(curve, shares);
    }

    const { wallet: turned } = await client.rotate();
    assert.deepEqual(turned.id, wallet.id);
    assert.deepEqual(turned.deed.keys, wallet.deed.keys);
    assert.ok(turned.record.epoch > 1);
    for (const curve of curvesInOrder) {
      const [now, before] = [await sharesOf(wallet.id, turned.record.epoch, curve), old.get(curve)];
      assert.ok(before);
      assert.ok(makes(now.a, now.b, wallet, curve), 'the control');
      assert.equal(makes(before.a, now.b, wallet, curve), false);
      assert.equal(makes(now.a, before.b, wallet, curve), false);
    }
    assert.equal((await client.sign(intent)).alarm, null);
  });

  test('the old keys are gone at both stores, within a few seconds', async () => {
    const client = clientOf(new Hand(world));
    const { wallet } = await client.create();
    const { record } = (await client.rotate()).wallet;
    for (let tries = 0; epochsAt('kms', wallet.id).length > 1; tries += 1) {
      assert.ok(tries < 100, 'the kms has not heard');
      await sleep(100);
    }
    for (const store of ['kms', 'cloud'] as const) assert.deepEqual(epochsAt(store, wallet.id), [record.epoch]);
    await assert.rejects(sharesOf(wallet.id, 1, 'secp256k1'));
  });

  test('another device that knows only the old epoch signs, and goes on with the new one', async () => {
    const [hand, storage] = [new Hand(world), new MemoryStorage()];
    const client = clientOf(hand, { storage });
    const { wallet } = await client.create();
    const other = clientOf(hand, { storage: await copyOf(hand) });
    await client.rotate();
    await client.rotate();
    assert.equal((await other.sign(intent)).alarm, null);
    assert.equal((await other.wallet()).record.epoch, (await client.wallet()).record.epoch);
    assert.deepEqual((await other.wallet()).id, wallet.id);
  });

  /** A second storage of the same device, as it was before the rotation. */
  async function copyOf(hand: Hand): Promise<MemoryStorage> {
    const storage = new MemoryStorage();
    await clientOf(hand, { storage }).open();
    return storage;
  }
});

describe('law 6: whatever runs beside a rotation', () => {
  test('rotations raced with one another end in one epoch, the same at both stores', async () => {
    const hand = new Hand(world);
    const client = clientOf(hand);
    const { wallet } = await client.create();
    const rivals = [0, 1, 2].map(() => clientOf(hand));
    for (const rival of rivals) await rival.open();
    const raced = await Promise.allSettled(rivals.map((rival) => rival.rotate()));
    for (const one of raced) {
      if (one.status === 'rejected')
        assert.ok(['party-refused', 'signing-refused'].includes(one.reason.code), String(one.reason));
    }
    // Whoever came too late asks again.
    const { record } = (await clientOf(hand).rotate()).wallet;
    const fresh = clientOf(hand);
    assert.equal((await fresh.sign(intent)).alarm, null);
    assert.equal((await fresh.wallet()).record.epoch, record.epoch);
    for (const curve of curvesInOrder) {
      const { a, b } = await sharesOf(wallet.id, record.epoch, curve);
      assert.ok(makes(a, b, wallet, curve));
    }
  });

  test('signatures raced with rotations are all made: the client asks again by itself', async () => {
    const hand = new Hand(world);
    const client = clientOf(hand);
    await client.create();
    const others = [0, 1].map(() => clientOf(hand));
    for (const other of others) await other.open();
    const signing = others.map(async (other) => {
      for (let count = 0; count < 8; count += 1) await signAgain(other);
    });
    for (let count = 0; count < 3; count += 1) await client.rotate();
    await Promise.all(signing);
  });

  /** Between the two questions of a retry another rotation may come: a person asks once more. */
  async function signAgain(client: ReturnType<typeof clientOf>): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await client.sign(intent);
        return;
      } catch (error) {
        const { code } = error as ClientError;
        if (tries === 4 || !['signing-refused', 'party-refused', 'stores-disagree'].includes(code)) throw error;
      }
    }
  }
});

describe('law 6: epochs never go down, also where one store is restored to an older state', () => {
  const suffixes = ['', '-wal', '-shm'];

  /** What lies on a store's disk, kept beside it; the store is ended as by a power cut. */
  async function backUp(store: Store, name: string): Promise<void> {
    await world.devnet.kill(store, 'SIGKILL');
    for (const suffix of suffixes) {
      const file = `${storeFile(world, store)}${suffix}`;
      rmSync(`${file}.${name}`, { force: true });
      if (existsSync(file)) copyFileSync(file, `${file}.${name}`);
    }
    await start(store);
  }

  async function restore(store: Store, name: string): Promise<void> {
    await world.devnet.kill(store, 'SIGKILL');
    for (const suffix of suffixes) {
      const file = `${storeFile(world, store)}${suffix}`;
      rmSync(file, { force: true });
      if (existsSync(`${file}.${name}`)) copyFileSync(`${file}.${name}`, file);
    }
    await start(store);
  }

  async function start(store: Store): Promise<void> {
    await world.devnet.restart(store);
    await introduceSigner(world);
  }

  for (const store of ['kms', 'cloud'] as const) {
    test(`an old ${store} beside the other store as it is: nothing is signed, and nothing made of old and new`, async () => {
      const hand = new Hand(world);
      const client = clientOf(hand);
      const { wallet } = await client.create();
      await backUp(store, 'old');
      const { record } = (await client.rotate()).wallet;
      await client.sign(intent);
      await backUp(store, 'new');

      await restore(store, 'old');
      const fresh = clientOf(hand);
      await assert.rejects(client.sign(intent));
      await assert.rejects(client.open());
      await assert.rejects(fresh.sign(intent));
      await assert.rejects(fresh.rotate());
      await assert.rejects(client.rotate());
      const found = await hand.ask(store, paths.find, findCodec, hand.head('find'));
      assert.equal(found.status, 200, 'the control: the old store is up, and answers');

      await restore(store, 'new');
      assert.equal((await client.sign(intent)).alarm, null);
      assert.equal((await client.wallet()).record.epoch, record.epoch);
      assert.ok((await client.rotate()).wallet.record.epoch > record.epoch);
      assert.deepEqual((await client.wallet()).id, wallet.id);
    });
  }
});
