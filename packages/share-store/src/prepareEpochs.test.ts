import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { after, describe, it } from 'node:test';
import { equal, join, Secret } from '@symbolon/crypto';
import { publicKeyEd25519, publicKeySecp256k1 } from '@symbolon/crypto/native';
import { activationStatement, type Curve, curvesInOrder, type Store, signStatement } from '@symbolon/protocol';
import { type Database, GroupCommit, openDatabase } from '@symbolon/service';
import { EvidenceVerifier, Refusal, type RefusalReason } from '@symbolon/verify';
import {
  allowedPair,
  filled,
  keepAsk,
  makeWallet,
  makeWorld,
  TestDevice,
  type TestWallet,
} from '../../verify/src/testing.ts';
import { EmbeddedVault } from './embeddedVault.ts';
import { keep } from './keep.ts';
import { prepareEpochs } from './prepareEpochs.ts';
import { RotationKey } from './rotationKey.ts';
import { ShareStore } from './shareStore.ts';
import type { KeyVault } from './vault.ts';
import { activateWallet, type Flip, flipEpoch, rotationTables, WalletStore, walletTables } from './walletStore.ts';

const world = await makeWorld();
const { clock, deployment } = world;
const folder = mkdtempSync(joinPath(tmpdir(), 'prepare-epochs-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const signed = { body: filled(1, 1), signature: filled(64, 1) };

/** A vault that keeps hold of every share it gave out, so that a test can see whether it was wiped. */
class WatchedVault implements KeyVault {
  readonly #inner = new EmbeddedVault(Secret.random(32));
  readonly given: Secret[] = [];
  /** Set by a test: opening fails from this many on. */
  failAfter = Number.POSITIVE_INFINITY;
  name = () => this.#inner.name();
  holds = (key: Uint8Array) => this.#inner.holds(key);
  createKey = (context: Uint8Array) => this.#inner.createKey(context);
  protect = (key: Uint8Array, context: Uint8Array, label: string, share: Secret) =>
    this.#inner.protect(key, context, label, share);
  async open(key: Uint8Array, context: Uint8Array, label: string, sealed: Uint8Array): Promise<Secret> {
    if (this.given.length >= this.failAfter) throw new Error('the vault does not answer');
    const share = await this.#inner.open(key, context, label, sealed);
    this.given.push(share);
    return share;
  }
}

const isWiped = (secret: Secret): boolean => {
  try {
    return secret.length === -1;
  } catch {
    return true;
  }
};

async function storeWith(store: Store, wallets: readonly TestWallet[], device: TestDevice) {
  const database = openDatabase(joinPath(folder, `${files++}.sqlite`), [walletTables, rotationTables]);
  const commit = new GroupCommit(database);
  const vault = new WatchedVault();
  const shares = new ShareStore({
    store,
    deployment,
    wallets: new WalletStore(database, commit),
    vault,
    signing: world[store].signing,
    sealing: world[store].sealing,
    evidence: new EvidenceVerifier(deployment, () => [allowedPair(deployment)], clock.now),
    now: clock.now,
  });
  for (const wallet of wallets) {
    await keep(shares, await keepAsk(world, store, wallet, device));
    const said = { v: 1, deployment: deployment.id, wallet: wallet.id, epoch: 1, at: 1, log: 1 } as const;
    const activation = signStatement(activationStatement, said, world.kms.signing);
    const whose = shares.wallets.find(wallet.id)?.person ?? filled(32, 0);
    await commit.submit((inside: Database) => activateWallet(inside, wallet.id, whose, activation));
  }
  vault.given.length = 0;
  const flip = (wallet: Uint8Array, from: number, epoch: number, order: Flip['order'] = null) =>
    commit.submit((inside: Database) => flipEpoch(inside, { wallet, from, epoch, flip: signed, order }));
  return { shares, database, vault, flip };
}

/** Both stores, with `count` wallets of as many people. */
async function pair(count = 1) {
  const device = new TestDevice();
  const wallets = Array.from({ length: count }, (_, index) => makeWallet(world, device, `person${index}`));
  const [kms, cloud] = [await storeWith('kms', wallets, device), await storeWith('cloud', wallets, device)];
  const [first] = wallets;
  assert.ok(first);
  return { kms, cloud, wallets, wallet: first };
}

const turning = ({ id }: TestWallet, epoch: number, from = 1) => ({ wallet: id, from, epoch, curves: curvesInOrder });
const keyFor = (attempt: Uint8Array) => {
  using a = Secret.take(filled(32, 1));
  using b = Secret.take(filled(32, 2));
  return new RotationKey(deployment.id, attempt, a, b);
};
const prepare = async (shares: ShareStore, attempt: Uint8Array, what: ReturnType<typeof turning>[]) => {
  using key = keyFor(attempt);
  return await prepareEpochs(shares, key, attempt, what);
};

async function makesKey(
  a: ShareStore,
  ofA: number,
  b: ShareStore,
  ofB: number,
  { id, deed }: TestWallet,
  curve: Curve,
) {
  const [[left], [right]] = [await a.open(id, ofA, [curve]), await b.open(id, ofB, [curve])];
  assert.ok(left && right);
  using key = join(left, right);
  const point = curve === 'ed25519' ? publicKeyEd25519(key) : publicKeySecp256k1(key);
  return equal(point, deed.keys[curve] ?? filled(1, 0));
}

async function refused(work: Promise<unknown>, reason: RefusalReason): Promise<void> {
  await assert.rejects(work, (error: unknown) => error instanceof Refusal && error.reason === reason);
}

describe('two stores that prepare a new epoch', () => {
  it('come to the same commitment, and to shares that make the same keys; old beside new makes nothing, in any curve', async () => {
    const { kms, cloud, wallets } = await pair(3);
    const what = wallets.map((one) => turning(one, 2));
    const theirs = await prepare(kms.shares, filled(32, 7), what);
    assert.deepEqual(await prepare(cloud.shares, filled(32, 7), what), theirs);
    for (const wallet of wallets) {
      for (const curve of curvesInOrder) {
        assert.equal(await makesKey(kms.shares, 2, cloud.shares, 2, wallet, curve), true);
        assert.equal(await makesKey(kms.shares, 1, cloud.shares, 1, wallet, curve), true, 'still served');
        assert.equal(await makesKey(kms.shares, 1, cloud.shares, 2, wallet, curve), false);
        assert.equal(await makesKey(kms.shares, 2, cloud.shares, 1, wallet, curve), false);
      }
      assert.equal(kms.shares.wallets.find(wallet.id)?.epoch, 1, 'the pointer has not moved');
    }
  });

  it('that do not know the same contributions do not come to the same commitment', async () => {
    const { kms, cloud, wallet } = await pair();
    const [mine] = await prepare(kms.shares, filled(32, 7), [turning(wallet, 2)]);
    const [theirs] = await prepare(cloud.shares, filled(32, 8), [turning(wallet, 2)]);
    assert.notDeepEqual(mine?.commitment, theirs?.commitment);
  });

  it('wipe every share that they opened, also where the vault fails at any step', async () => {
    const { kms, wallets } = await pair(2);
    const what = (epoch: number) => wallets.map((one) => turning(one, epoch));
    await prepare(kms.shares, filled(32, 7), what(2));
    const { given } = kms.vault;
    const opened = given.length;
    assert.ok(opened >= 8, 'old ones, and new ones to compare');
    assert.ok(given.every(isWiped));
    for (let step = 0; step < opened; step += 1) {
      given.length = 0;
      kms.vault.failAfter = step;
      await assert.rejects(prepare(kms.shares, filled(32, 8 + step), what(3 + step)));
      assert.equal(given.length, step);
      assert.ok(given.every(isWiped), `step ${step}`);
    }
  });

  it('notice a share that does not lie as it was written, and serve what they served', async () => {
    const { cloud, wallet } = await pair();
    const bad = cloud.shares.wallets;
    const honest = bad.keepPending.bind(bad);
    bad.keepPending = async (...given) => {
      await honest(...given);
      const other = await cloud.shares.protect(wallet.id, 2, {
        secp256k1: Secret.random(32),
        ed25519: Secret.random(32),
      });
      cloud.database.sqlite.prepare('UPDATE share_keys SET wrapped = ? WHERE epoch = 2').run(other.key);
      for (const [curve, sealed] of Object.entries(other.sealed))
        cloud.database.sqlite.prepare('UPDATE shares SET sealed = ? WHERE epoch = 2 AND curve = ?').run(sealed, curve);
    };
    await refused(prepare(cloud.shares, filled(32, 7), [turning(wallet, 2)]), 'share-mismatch');
    assert.equal((await cloud.shares.open(wallet.id, 1, ['secp256k1'])).length, 1);
  });
});

describe('a prepared epoch at a store', () => {
  it('takes the place of an earlier one, and never that of a later', async () => {
    const { cloud, wallet } = await pair();
    await prepare(cloud.shares, filled(32, 2), [turning(wallet, 2)]);
    await prepare(cloud.shares, filled(32, 3), [turning(wallet, 3)]);
    await refused(prepare(cloud.shares, filled(32, 2), [turning(wallet, 2)]), 'wallet-state');
    assert.equal(cloud.shares.wallets.pending(wallet.id)?.epoch, 3);
    await refused(cloud.shares.open(wallet.id, 2, ['secp256k1']), 'share-mismatch');
    assert.equal((await cloud.shares.open(wallet.id, 3, ['secp256k1'])).length, 1);
  });

  it('has a number that was never prepared here before, also after it was given up', async () => {
    const { cloud, wallet } = await pair();
    await prepare(cloud.shares, filled(32, 2), [turning(wallet, 5)]);
    const pending = cloud.shares.wallets.pending(wallet.id);
    assert.ok(pending);
    await cloud.shares.wallets.dropPending(pending);
    for (const number of [1, 4, 5])
      await refused(prepare(cloud.shares, filled(32, 3), [turning(wallet, number)]), 'wallet-state');
    await prepare(cloud.shares, filled(32, 3), [turning(wallet, 6)]);
  });

  it('is all or nothing: where one wallet of a batch has moved, no other is touched', async () => {
    const { kms, wallets } = await pair(3);
    const [, second] = wallets;
    assert.ok(second);
    await prepare(kms.shares, filled(32, 2), [turning(second, 2)]);
    assert.equal(await kms.flip(second.id, 1, 2), true);
    await refused(
      prepare(
        kms.shares,
        filled(32, 3),
        wallets.map((one) => turning(one, 3)),
      ),
      'wallet-state',
    );
    for (const { id } of wallets) assert.equal(kms.shares.wallets.pending(id), null);
  });

  it('is dropped by its own attempt alone', async () => {
    const { cloud, wallet } = await pair();
    await prepare(cloud.shares, filled(32, 2), [turning(wallet, 2)]);
    const pending = cloud.shares.wallets.pending(wallet.id);
    assert.ok(pending);
    await cloud.shares.wallets.dropPending({ ...pending, attempt: filled(32, 9) });
    assert.equal((await cloud.shares.open(wallet.id, 2, ['secp256k1'])).length, 1);
  });
});

describe('a flip at a store', () => {
  it('goes up, from the epoch that is current, to the one that is prepared', async () => {
    const { cloud, wallet } = await pair();
    assert.equal(await cloud.flip(wallet.id, 1, 2), false);
    await prepare(cloud.shares, filled(32, 2), [turning(wallet, 2)]);
    assert.equal(await cloud.flip(wallet.id, 1, 2), true);
    assert.equal(await cloud.flip(wallet.id, 1, 2), false);
    assert.equal(cloud.shares.wallets.find(wallet.id)?.epoch, 2);
    await refused(prepare(cloud.shares, filled(32, 3), [turning(wallet, 3, 1)]), 'wallet-state');
  });

  it('destroys older keys only where this store itself has come so far, and never those of its own epoch', async () => {
    const { cloud, wallet } = await pair();
    const epochs = () =>
      cloud.database.sqlite
        .prepare('SELECT epoch FROM share_keys ORDER BY epoch')
        .all()
        .map(({ epoch }) => epoch);
    await prepare(cloud.shares, filled(32, 2), [turning(wallet, 2)]);
    await cloud.shares.wallets.destroyBefore([{ wallet: wallet.id, epoch: 2 }]);
    assert.deepEqual(epochs(), [1, 2], 'not flipped here: nothing is destroyed');
    await cloud.flip(wallet.id, 1, 2);
    await prepare(cloud.shares, filled(32, 3), [turning(wallet, 3, 2)]);
    await cloud.flip(wallet.id, 2, 3);
    await cloud.shares.wallets.destroyBefore([{ wallet: wallet.id, epoch: 2 }]);
    assert.deepEqual(epochs(), [2, 3], 'word of an older flip destroys no more than it says');
    await cloud.shares.wallets.destroyBefore([{ wallet: wallet.id, epoch: 3 }]);
    assert.deepEqual(epochs(), [3]);
    await refused(cloud.shares.open(wallet.id, 2, ['secp256k1']), 'share-mismatch');
  });

  it('leaves nothing of a destroyed key in any file once the journal is emptied', async () => {
    const { kms, wallet } = await pair();
    const wrapped = Buffer.from(kms.shares.wallets.shares(wallet.id, 1)?.key ?? filled(1, 0));
    const path = String(kms.database.sqlite.location());
    const lies = () => [path, `${path}-wal`].some((file) => readFileSync(file).includes(wrapped));
    await prepare(kms.shares, filled(32, 2), [turning(wallet, 2)]);
    await kms.flip(wallet.id, 1, 2);
    await kms.shares.wallets.destroyBefore([{ wallet: wallet.id, epoch: 2 }]);
    assert.equal(lies(), true, 'the control: until then it lies there');
    kms.shares.wallets.emptyJournal();
    assert.equal(lies(), false);
  });
});

describe('an epoch that a statement had flipped, with nobody to check the pair', () => {
  const order = { number: 2, lockedUntil: 1_000 };

  /** Both stores at epoch 2 by a statement, epoch 1 locked. */
  async function turnedByOrder() {
    const made = await pair();
    const { kms, cloud, wallet } = made;
    for (const { shares, flip } of [kms, cloud]) {
      await prepare(shares, filled(32, 2), [turning(wallet, 2)]);
      assert.equal(await flip(wallet.id, 1, 2, order), true);
    }
    return made;
  }
  const isThere = (shares: ShareStore, { id }: TestWallet, epoch: number) =>
    shares.open(id, epoch, ['secp256k1']).then(
      () => true,
      () => false,
    );

  it('keeps the one before until its time is over, whatever is said of followed flips', async () => {
    const { kms, wallet } = await turnedByOrder();
    await kms.shares.wallets.destroyBefore([{ wallet: wallet.id, epoch: 2 }]);
    await kms.shares.wallets.destroyUnlocked(999);
    assert.equal(await isThere(kms.shares, wallet, 1), true);
    await kms.shares.wallets.destroyUnlocked(1_000);
    assert.deepEqual([await isThere(kms.shares, wallet, 1), await isThere(kms.shares, wallet, 2)], [false, true]);
  });

  it('is reached by that statement and not again, until the next', async () => {
    const { kms, wallet } = await turnedByOrder();
    const { wallets } = kms.shares;
    assert.deepEqual([wallets.isReached(wallet.id, 2), wallets.isReached(wallet.id, 3)], [true, false]);
    assert.equal(wallets.isReached(filled(32, 1), 2), null);
    assert.equal(wallets.unreachedCount(2, clock.at), 0);
    assert.deepEqual(wallets.unreached(3, clock.at, new Uint8Array(), 10), [{ wallet: wallet.id, from: 2 }]);
    assert.deepEqual(wallets.unreached(3, clock.at, wallet.id, 10), []);
    assert.equal(wallets.unreachedCount(3, 1), 0, 'made after the statement counts: not meant');
  });

  it('where its pair is bad, is repaired from the locked one, as a new epoch', async () => {
    const { kms, cloud, wallet } = await turnedByOrder();
    const other = await cloud.shares.protect(wallet.id, 2, {
      secp256k1: Secret.random(32),
      ed25519: Secret.random(32),
    });
    cloud.database.sqlite.prepare('UPDATE share_keys SET wrapped = ? WHERE epoch = 2').run(other.key);
    for (const [curve, sealed] of Object.entries(other.sealed))
      cloud.database.sqlite.prepare('UPDATE shares SET sealed = ? WHERE epoch = 2 AND curve = ?').run(sealed, curve);
    assert.equal(await makesKey(kms.shares, 2, cloud.shares, 2, wallet, 'secp256k1'), false, 'the control');

    const what = { ...turning(wallet, 3, 2), source: 1 };
    const theirs = await prepare(kms.shares, filled(32, 3), [what]);
    assert.deepEqual(await prepare(cloud.shares, filled(32, 3), [what]), theirs);
    for (const { flip } of [kms, cloud]) assert.equal(await flip(wallet.id, 2, 3), true);
    for (const curve of curvesInOrder) {
      assert.equal(await makesKey(kms.shares, 3, cloud.shares, 3, wallet, curve), true);
      assert.equal(await makesKey(kms.shares, 1, cloud.shares, 3, wallet, curve), false, 'not the old shares again');
    }
  });
});
