import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CryptoError, Secret, utf8 } from '@symbolon/crypto';
import type { VaultName } from '@symbolon/protocol';
import { ConfigError, createLogger, Metrics } from '@symbolon/service';
import { EmbeddedVault } from '@symbolon/share-store';
import { MovingVault } from './movingVault.ts';
import { SoftHsm } from './pkcs11/softHsm.ts';
import { KmsStore } from './store.ts';
import { pinnedVault, pinVault } from './vaultPin.ts';
import { openVaults } from './vaults.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'kms-vaults-'));
after(() => rmSync(dataDir, { recursive: true }));
let files = 0;
const newStore = () => new KmsStore(join(dataDir, `${files++}.sqlite`), () => {});
const rootOf = (byte: number) => Secret.take(new Uint8Array(32).fill(byte));
const told = () => ({ log: createLogger({ party: 'kms', fields: [], write: () => {} }), metrics: new Metrics() });
const embedded = { dataDir, vault: { kind: 'embedded' as const }, moveTo: undefined };
const refused = (error: unknown) => error instanceof ConfigError && error.code === 'vault';
const other: VaultName = { kind: 'pkcs11', identity: new Uint8Array(32).fill(9) };
const { settings } = new SoftHsm(join(dataDir, 'hsm'));

async function keep(store: KmsStore, key: Uint8Array): Promise<void> {
  const wallet = new Uint8Array(32).fill(1);
  const version = { body: wallet, authority: { by: 'creation' } } as const;
  const shares = { key, sealed: {} };
  const row = { id: wallet, person: wallet, salt: wallet, mailbox: null, epoch: 1, version, made: 1, shares };
  await store.wallets.keep(row, wallet);
}

test('a store keeps to the root that it was begun with', async () => {
  const store = newStore();
  await using _first = await openVaults(embedded, rootOf(1), store, () => null, told());
  await using _again = await openVaults(embedded, rootOf(1), store, () => null, told());
  await assert.rejects(
    openVaults(embedded, rootOf(2), store, () => null, told()),
    refused,
  );
  await assert.rejects(
    openVaults({ ...embedded, vault: settings }, rootOf(1), store, () => null, told()),
    refused,
  );
});

test('a store from before vaults had names is an embedded one', async () => {
  const store = newStore();
  await keep(store, await new EmbeddedVault(rootOf(1)).createKey(utf8('somewhere')));
  await assert.rejects(
    openVaults({ ...embedded, vault: settings }, rootOf(1), store, () => null, told()),
    refused,
  );
  await using _vaults = await openVaults(embedded, rootOf(1), store, () => null, told());
  assert.deepEqual(pinnedVault(store, 'vault-here'), await new EmbeddedVault(rootOf(1)).name());
});

test('a move that has begun is neither forgotten nor turned elsewhere; one that has not may be', async () => {
  const store = newStore();
  await keep(store, await new EmbeddedVault(rootOf(1)).createKey(utf8('somewhere')));
  await pinVault(store, 'vault-goal', other);
  await using _vaults = await openVaults(embedded, rootOf(1), store, () => null, told());
  assert.equal(pinnedVault(store, 'vault-goal'), null);

  await pinVault(store, 'vault-goal', other);
  await store.commit.submit(({ statement }) => statement('UPDATE share_keys SET wrapped = ?').run(new Uint8Array(92)));
  await assert.rejects(
    openVaults(embedded, rootOf(1), store, () => null, told()),
    refused,
  );
});

test('while it moves, each key is used where it lies, and new ones go where it was decided', async () => {
  const [from, to] = [new EmbeddedVault(rootOf(1)), new EmbeddedVault(rootOf(2))];
  const holds = (vault: EmbeddedVault, ours: Uint8Array[]) =>
    Object.assign(vault, { holds: (key: Uint8Array) => ours.includes(key) });
  const context = utf8('somewhere');
  const [old, fresh] = [await from.createKey(context), await to.createKey(context)];
  let decided = false;
  const moving = new MovingVault(holds(from, [old]), holds(to, [fresh]), () => decided);
  using share = Secret.random(32);
  for (const key of [old, fresh]) {
    using opened = await moving.open(key, context, 'secp256k1', await moving.protect(key, context, 'secp256k1', share));
    assert.deepEqual(opened.expose(), share.expose());
  }
  assert.deepEqual(await moving.name(), await from.name());
  decided = true;
  assert.deepEqual(await moving.name(), await to.name());
  const made = await moving.createKey(context);
  await to.protect(made, context, 'secp256k1', share);
  await assert.rejects(moving.open(made, context, 'secp256k1', new Uint8Array(72)), CryptoError);
});
