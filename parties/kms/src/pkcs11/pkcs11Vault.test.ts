import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CryptoError, Secret, utf8 } from '@symbolon/crypto';
import { vaultText } from '@symbolon/protocol';
import { VaultError, type VaultReason } from '@symbolon/share-store';
import { Pkcs11Vault, type Stand } from './pkcs11Vault.ts';
import { SoftHsm } from './softHsm.ts';

const folder = mkdtempSync(join(tmpdir(), 'pkcs11-vault-'));
after(() => rmSync(folder, { recursive: true }));
const hsm = new SoftHsm(join(folder, 'hsm'));
const init = (args: readonly string[], input = '') => {
  const program = join(import.meta.dirname, '..', 'init.ts');
  const env = { ...process.env, ...hsm.settings.environment };
  return spawnSync(process.execPath, [program, '--data-dir', join(folder, 'data'), ...args], {
    env,
    input,
    encoding: 'utf8',
  });
};
const first = init(hsm.initArguments);
const pinMemory = join(folder, 'pin-refused');
const openVault = (onStand?: (stand: Stand) => void, settings = hsm.settings) =>
  new Pkcs11Vault(settings, { pinMemory, identity: null, ...(onStand ? { onStand } : {}) });

const context = utf8('test/kms/1/wallet');
const other = utf8('test/kms/2/wallet');
const mismatch = (error: unknown) => error instanceof CryptoError && error.code === 'open-failed';
const because = (reason: VaultReason) => (error: unknown) => error instanceof VaultError && error.reason === reason;

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 800; tries += 1) {
    if (holds()) return;
    await sleep(25);
  }
  assert.fail(what);
}

const vault = openVault();
after(() => vault[Symbol.asyncDispose]());
await vault.connected(20_000);

async function setUp() {
  const key = await vault.createKey(context);
  const share = Secret.random(32);
  return { key, share, sealed: await vault.protect(key, context, 'secp256k1', share) };
}

describe('a share in an HSM', () => {
  it("opens in its own place, and stays the caller's", async () => {
    const { key, share, sealed } = await setUp();
    const opened = await vault.open(key, context, 'secp256k1', sealed);
    assert.deepEqual(opened.expose(), share.expose());
  });

  it('opens nowhere else: not as another curve, wallet or epoch', async () => {
    const { key, share, sealed } = await setUp();
    await assert.rejects(vault.open(key, context, 'ed25519', sealed), mismatch);
    await assert.rejects(vault.open(key, other, 'secp256k1', sealed), mismatch);
    await assert.rejects(vault.open(await vault.createKey(context), context, 'secp256k1', sealed), mismatch);
    await assert.rejects(vault.protect(key, other, 'secp256k1', share), mismatch);
  });

  it('does not open with any byte changed, of the key or of the share', async () => {
    const { key, share, sealed } = await setUp();
    const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
    for (let at = 0; at < sealed.length; at += 5)
      await assert.rejects(vault.open(key, context, 'secp256k1', flip(sealed, at)), mismatch);
    for (let at = 8; at < key.length; at += 7)
      await assert.rejects(vault.protect(flip(key, at), context, 'secp256k1', share), mismatch);
    await assert.rejects(vault.open(key.subarray(1), context, 'secp256k1', sealed), mismatch);
    await assert.rejects(vault.open(key, context, 'secp256k1', sealed.subarray(0, 20)), mismatch);
  });

  it('never looks the same twice', async () => {
    const { key, share, sealed } = await setUp();
    assert.notDeepEqual(await vault.protect(key, context, 'secp256k1', share), sealed);
    assert.notDeepEqual(await vault.createKey(context), key);
  });

  it('is served to many at once, by sessions side by side, without blocking this process', async () => {
    const { key, share, sealed } = await setUp();
    await until(() => vault.pids.length === 2, 'two sessions');
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    const opened = await Promise.all(Array.from({ length: 200 }, () => vault.open(key, context, 'secp256k1', sealed)));
    clearInterval(turning);
    for (const one of opened) assert.deepEqual(one.expose(), share.expose());
    assert.ok(turns > 3, `${turns}`);
  });

  it('the wrapped key tells which vault it is of', async () => {
    const { key } = await setUp();
    assert.ok(vault.holds(key));
    assert.ok(!vault.holds(key.map((byte) => byte ^ 1)));
    assert.equal((await vault.name()).kind, 'pkcs11');
  });
});

describe('an HSM that fails', () => {
  it('killed in the middle of a call: an error, nothing lost, and it serves again by itself', async () => {
    const { key, share, sealed } = await setUp();
    const asked = Array.from({ length: 50 }, () => vault.open(key, context, 'secp256k1', sealed));
    for (const pid of vault.pids) process.kill(pid, 'SIGKILL');
    const settled = await Promise.allSettled(asked);
    const lost = settled.filter((one) => one.status === 'rejected');
    assert.ok(lost.length > 0);
    for (const { reason } of lost) assert.ok(because('hsm-away')(reason), String(reason));
    await vault.connected(20_000);
    assert.deepEqual((await vault.open(key, context, 'secp256k1', sealed)).expose(), share.expose());
  });

  it('gone and back: noticed without being asked, and served again', async () => {
    const stands: Stand[] = [];
    await using fresh = openVault((stand) => stands.push(stand));
    await fresh.connected(20_000);
    const { key, share, sealed } = await setUp();
    hsm.unplug();
    try {
      await until(() => fresh.stand !== null, 'its absence is noticed');
      await assert.rejects(fresh.open(key, context, 'secp256k1', sealed), VaultError);
    } finally {
      hsm.plugIn();
    }
    await fresh.connected(20_000);
    assert.deepEqual((await fresh.open(key, context, 'secp256k1', sealed)).expose(), share.expose());
    assert.equal(stands[0], null);
    assert.ok(stands.length >= 3);
    await vault.connected(20_000);
  });

  it('that hangs is given up in time, and others are asked', async () => {
    await using fresh = openVault(undefined, { ...hsm.settings, sessions: 1, timeoutMs: 300 });
    await fresh.connected(20_000);
    const { key, sealed, share } = await setUp();
    const [pid] = fresh.pids;
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGSTOP');
    await assert.rejects(fresh.open(key, context, 'secp256k1', sealed), because('hsm-slow'));
    await fresh.connected(20_000);
    assert.deepEqual((await fresh.open(key, context, 'secp256k1', sealed)).expose(), share.expose());
  });

  it('asked for more than it can answer in time says so at once, and is not lost', async () => {
    const refused: VaultReason[] = [];
    const onRefusal = (reason: VaultReason) => refused.push(reason);
    await using fresh = new Pkcs11Vault({ ...hsm.settings, sessions: 1 }, { pinMemory, identity: null, onRefusal });
    await fresh.connected(20_000);
    const { key, sealed } = await setUp();
    const asked = Array.from({ length: 600 }, () => fresh.open(key, context, 'secp256k1', sealed));
    const settled = await Promise.allSettled(asked);
    const served = settled.filter(({ status }) => status === 'fulfilled').length;
    // A ping may be among those that wait.
    assert.ok(served === 512 || served === 511, `${served}`);
    assert.deepEqual(new Set(refused), new Set(['hsm-busy']));
    assert.equal(fresh.stand, null);
  });

  it('with a wrong PIN is tried once, over restarts too, until the file is written anew', async () => {
    hsm.writePin('0000-0000');
    const stands: Stand[] = [];
    for (const _ of [1, 2]) {
      await using fresh = openVault((stand) => stands.push(stand));
      await until(() => fresh.stand === 'pin-wrong', 'the PIN is refused');
      await assert.rejects(fresh.createKey(context), because('pin-wrong'));
    }
    hsm.rightPin();
    await using fresh = openVault();
    await fresh.connected(20_000);
  });

  it('without the token, the key, the library or the PIN says which', async () => {
    const cases: [VaultReason, Partial<typeof hsm.settings>][] = [
      ['token-missing', { token: 'another' }],
      ['key-missing', { keyLabel: 'another' }],
      ['library-missing', { library: '/nonexistent.so' }],
      ['pin-unreadable', { pinFile: join(folder, 'nowhere') }],
    ];
    for (const [reason, changed] of cases) {
      await using fresh = openVault(undefined, { ...hsm.settings, ...changed });
      await until(() => fresh.stand === reason, reason);
      await assert.rejects(fresh.createKey(context), because(reason));
    }
  });

  it('of another store is not taken for this one', async () => {
    const identity = new Uint8Array(32);
    await using fresh = new Pkcs11Vault(hsm.settings, { pinMemory, identity });
    await until(() => fresh.stand === 'key-other', 'another root is refused');
  });
});

describe('init', () => {
  it('makes the root once, and names the vault', async () => {
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stderr, /was made/);
    const again = init(hsm.initArguments);
    assert.match(again.stderr, /stood there already/);
    assert.equal(again.stdout, first.stdout);
    assert.equal(JSON.parse(first.stdout).vault, vaultText(await vault.name()));
  });

  it('takes a PIN that is handed over', () => {
    const { library, token = '', keyLabel } = hsm.settings;
    const named = ['--pkcs11', library, '--token', token, '--key-label', keyLabel];
    const right = init(named, '4711-4711\n');
    assert.equal(right.stdout, first.stdout, right.stderr);
    assert.match(init(named, '').stderr, /pin-wrong/);
  });

  it('takes no PIN from the command line, tells a wrong one, and what is missing', () => {
    assert.equal(init([...hsm.initArguments, '--pin', '4711']).status, 2);
    hsm.writePin('0000-0000');
    const wrong = init(hsm.initArguments);
    hsm.rightPin();
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /pin-wrong/);
    assert.match(init(['--pkcs11', hsm.settings.library, '--key-label', 'x']).stderr, /--token or --slot/);
  });
});
