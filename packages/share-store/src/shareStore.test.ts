import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Secret, toBase64url } from '@symbolon/crypto';
import { SigningKey, verifyEd25519 } from '@symbolon/crypto/native';
import {
  activationStatement,
  addressOf,
  findCodec,
  keptStatement,
  type Outcomes,
  openStatement,
  outcomesStatement,
  paths,
  type ShareHeader,
  type ShareRequest,
  type Store,
  sealInfo,
  signStatement,
  thumbprint,
  unpackShare,
} from '@symbolon/protocol';
import { GroupCommit, openDatabase } from '@symbolon/service';
import { EvidenceVerifier, Refusal, type RefusalReason } from '@symbolon/verify';
import {
  allowedPair,
  entryOf,
  evidenceOf,
  filled,
  keepAsk,
  makeSigner,
  makeWallet,
  makeWorld,
  shareRequestOf,
  TestDevice,
  type TestWallet,
} from '../../verify/src/testing.ts';
import { EmbeddedVault } from './embeddedVault.ts';
import { find } from './find.ts';
import { keep, personOf } from './keep.ts';
import { openOutcomes } from './outcomes.ts';
import { checkRelease, sealShare } from './sealShare.ts';
import { ShareStore } from './shareStore.ts';
import {
  activateWallet,
  appendVersion,
  rotationTables,
  type WalletRow,
  WalletStore,
  walletTables,
} from './walletStore.ts';

const world = await makeWorld();
const { clock, issuer, deployment } = world;
const folder = mkdtempSync(join(tmpdir(), 'share-store-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function open(store: Store) {
  const database = openDatabase(join(folder, `${files++}.sqlite`), [walletTables, rotationTables]);
  const commit = new GroupCommit(database);
  const shares = new ShareStore({
    store,
    deployment,
    wallets: new WalletStore(database, commit),
    vault: new EmbeddedVault(Secret.random(32)),
    signing: world[store].signing,
    sealing: world[store].sealing,
    evidence: new EvidenceVerifier(deployment, () => [allowedPair(deployment)], clock.now),
    now: clock.now,
  });
  const activate = async ({ id, person }: TestWallet) => {
    const said = { v: 1, deployment: deployment.id, wallet: id, epoch: 1, at: 1, log: 1 } as const;
    const activation = signStatement(activationStatement, said, world.kms.signing);
    const whose = personOf({ ...(await shares.tokens.verify(await issuer.token(person, null))) });
    return commit.submit((inside) => activateWallet(inside, id, whose, activation));
  };
  return { shares, commit, database, activate };
}

async function refused(work: Promise<unknown>, reason: RefusalReason): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.reason, reason);
    return true;
  });
}

async function kept(store: Store, person: string) {
  const [opened, device] = [open(store), new TestDevice()];
  const wallet = makeWallet(world, device, person);
  await keep(opened.shares, await keepAsk(world, store, wallet, device));
  return { ...opened, device, wallet };
}

describe('creation at a store', () => {
  for (const store of ['kms', 'cloud'] as const) {
    it(`${store}: shares are kept pending, and it says so, signed`, async () => {
      const { shares, wallet, device } = await kept(store, 'alice');
      const { row } = shares.wallet(wallet.id);
      assert.equal(row.state, 'pending');
      const said = await keep(shares, await keepAsk(world, store, wallet, device));
      const { wallet: of } = openStatement(keptStatement, said.kept, deployment[store].signing, verifyEd25519) ?? {};
      assert.deepEqual(of, wallet.id);
      const stored = await shares.open(wallet.id, 1, ['secp256k1', 'ed25519']);
      assert.deepEqual(
        stored.map((share) => share.expose()),
        wallet.shares[store].map((share) => share.expose()),
      );
    });
  }

  it('asked again with the same shares says the same; with others it refuses and keeps the first', async () => {
    const { shares, wallet, device } = await kept('cloud', 'alice');
    await keep(shares, await keepAsk(world, 'cloud', wallet, device));
    const forged = [Secret.random(32), Secret.random(32)];
    await refused(keep(shares, await keepAsk(world, 'cloud', wallet, device, { shares: forged })), 'share-mismatch');
    const [first, second] = wallet.shares.cloud;
    assert.ok(first && second);
    const swapped = keepAsk(world, 'cloud', wallet, device, { shares: [second, first] });
    await refused(keep(shares, await swapped), 'share-mismatch');
    const [stored] = await shares.open(wallet.id, 1, ['secp256k1']);
    assert.deepEqual(stored?.expose(), first.expose());
  });

  it('neither database nor journal holds a share', async () => {
    const { database, wallet } = await kept('cloud', 'alice');
    const rows = [...database.sqlite.prepare('SELECT sealed FROM shares').iterate()];
    assert.equal(rows.length, 2);
    for (const { sealed } of rows) {
      for (const share of wallet.shares.cloud)
        assert.equal(Buffer.from(sealed as Uint8Array).includes(Buffer.from(share.expose())), false);
    }
  });

  it('is for the person whose deed it is, right after a sign-in for this device', async () => {
    const [{ shares }, device] = [open('cloud'), new TestDevice()];
    const wallet = makeWallet(world, device, 'alice');
    const with_ = async (token: Promise<string>) => keepAsk(world, 'cloud', wallet, device, { token: await token });
    await refused(keep(shares, await with_(issuer.token('mallory', device))), 'token-identity');
    await refused(keep(shares, await with_(issuer.token('alice', null))), 'token-nonce');
    await refused(keep(shares, await with_(issuer.token('alice', new TestDevice()))), 'token-nonce');
    const old = issuer.token('alice', device, { auth_time: clock.at / 1_000 - 901 });
    await refused(keep(shares, await with_(old)), 'sign-in-too-old');
    const opening = { salt: filled(32, 1) };
    await refused(keep(shares, await keepAsk(world, 'cloud', wallet, device, { opening })), 'token-identity');
    assert.equal(shares.wallets.find(wallet.id), null);
  });

  it('by another device than the one in the deed is refused', async () => {
    const [{ shares }, device, other] = [open('cloud'), new TestDevice(), new TestDevice()];
    await refused(
      keep(shares, await keepAsk(world, 'cloud', makeWallet(world, device, 'alice'), other)),
      'device-unknown',
    );
  });

  it('with shares of other curves than the deed has is refused', async () => {
    const [{ shares }, device] = [open('cloud'), new TestDevice()];
    const wallet = makeWallet(world, device, 'alice');
    for (const curves of [['secp256k1'], ['ed25519', 'secp256k1']] as const) {
      const [first, second] = wallet.shares.cloud;
      assert.ok(first && second);
      const other = { opening: { curves: [...curves] }, shares: curves.length === 1 ? [first] : [first, second] };
      await refused(keep(shares, await keepAsk(world, 'cloud', wallet, device, other)), 'deed-invalid');
    }
  });

  it('the kms wants the mailbox that the issuer verified, and that stands hashed in the deed', async () => {
    const [{ shares }, device] = [open('kms'), new TestDevice()];
    const wallet = makeWallet(world, device, 'alice');
    for (const mailbox of ['mallory@mail.example', null]) {
      await refused(
        keep(shares, await keepAsk(world, 'kms', wallet, device, { opening: { mailbox } })),
        'deed-invalid',
      );
    }
    const unverified = await issuer.token('alice', device, { email_verified: false });
    await refused(keep(shares, await keepAsk(world, 'kms', wallet, device, { token: unverified })), 'deed-invalid');
    const moved = await issuer.token('alice', device, { email: 'mallory@mail.example' });
    const opening = { mailbox: 'mallory@mail.example' };
    await refused(keep(shares, await keepAsk(world, 'kms', wallet, device, { token: moved, opening })), 'deed-invalid');
  });

  it('the cloud is not told the mailbox', async () => {
    const [{ shares }, device] = [open('cloud'), new TestDevice()];
    const wallet = makeWallet(world, device, 'alice');
    const opening = { mailbox: wallet.mailbox };
    await refused(keep(shares, await keepAsk(world, 'cloud', wallet, device, { opening })), 'deed-invalid');
    await keep(shares, await keepAsk(world, 'cloud', wallet, device));
    assert.equal(shares.wallet(wallet.id).row.mailbox, null);
  });

  it('with a deed that was not made just now is refused', async () => {
    const [{ shares }, device] = [open('cloud'), new TestDevice()];
    const wallet = makeWallet(world, device, 'alice');
    clock.at += 6 * 60_000;
    await refused(keep(shares, await keepAsk(world, 'cloud', wallet, device)), 'deed-invalid');
    clock.at -= 6 * 60_000;
  });

  it("what is sealed for one store's keeping does not open at the other's: a refusal, not a fault", async () => {
    const [{ shares }, device] = [open('cloud'), new TestDevice()];
    const wallet = makeWallet(world, device, 'alice');
    await refused(keep(shares, await keepAsk(world, 'cloud', wallet, device, { sealedFor: 'kms' })), 'share-mismatch');
  });

  it('one person has at most twenty under way; others are not kept out by that', async () => {
    const { shares } = open('cloud');
    const create = async (person: string) => {
      const device = new TestDevice();
      const wallet = makeWallet(world, device, person);
      return { asked: () => keepAsk(world, 'cloud', wallet, device), wallet };
    };
    const first = await create('alice');
    await keep(shares, await first.asked());
    for (let n = 1; n < 20; n++) await keep(shares, await (await create('alice')).asked());
    await refused(keep(shares, await (await create('alice')).asked()), 'wallet-state');
    await keep(shares, await first.asked());
    await keep(shares, await (await create('bob')).asked());
    const pending = shares.wallets.pendingSince(clock.at + 1);
    assert.equal(pending.length, 21);
    for (const { id } of pending) await shares.wallets.forget(id);
    await keep(shares, await (await create('alice')).asked());
  });
});

describe('finding a wallet', () => {
  const ask = async (device: TestDevice, token: string) => {
    const message = { v: 1, deployment: deployment.id, kind: 'find', expires: clock.at + 60_000 } as const;
    return device.ask(findCodec, message, { htu: addressOf(deployment.cloud.url, paths.find), token, at: clock.at });
  };

  it('is for its devices, and for a key that the person has just signed in with', async () => {
    const { shares, wallet, device, activate } = await kept('cloud', 'alice');
    assert.equal((await find(shares, await ask(device, await issuer.token('alice', null)))).found, null);
    assert.equal(await activate(wallet), true);
    const { found } = await find(shares, await ask(device, await issuer.token('alice', null)));
    assert.deepEqual(found?.wallet, wallet.id);
    const fresh = new TestDevice();
    assert.ok((await find(shares, await ask(fresh, await issuer.token('alice', fresh)))).found);
  });

  it('a stolen token with another key learns nothing of it', async () => {
    const { shares, wallet, device, activate } = await kept('cloud', 'alice');
    await activate(wallet);
    const thief = new TestDevice();
    const stolen = await issuer.token('alice', device);
    await assert.rejects(find(shares, await ask(thief, stolen)), (error: unknown) => {
      assert.ok(error instanceof Refusal);
      assert.deepEqual([error.reason, error.code, error.status], ['token-nonce', 'refused', 403]);
      return true;
    });
    await refused(find(shares, await ask(thief, await issuer.token('alice', null))), 'token-nonce');
    assert.equal((await find(shares, await ask(thief, await issuer.token('mallory', thief)))).found, null);
  });
});

describe('a share leaves a store only', async () => {
  const own = new TestDevice();
  const embedded = new TestDevice();
  const wallet = makeWallet(world, own, 'alice');
  const [entry] = wallet.deed.devices;
  assert.ok(entry);
  const deed = { ...wallet.deed, devices: [entry, entryOf(embedded, 'approval', 'https://dapp.example')] };
  const signer = makeSigner();
  const row: WalletRow = {
    id: wallet.id,
    state: 'active',
    person: filled(32, 1),
    salt: wallet.salt,
    mailbox: null,
    epoch: 2,
    head: filled(32, 7),
    made: 1,
    activation: null,
    order: null,
    flip: null,
  };
  const identity = await open('cloud').shares.tokens.verify(await issuer.token('alice', null));
  const message = shareRequestOf(world, wallet, signer, { epoch: 2, deed: filled(32, 7) });
  const all = { publicKeys: deed.keys };
  const create: Partial<ShareRequest> = { kind: 'create', ...all };
  const check = (said: Partial<ShareRequest>, state: Partial<WalletRow> = {}, key = own.point, who = identity) =>
    checkRelease({ ...row, ...state }, deed, { message: { ...message, ...said }, identity: who, key }, null);
  const never = (work: () => unknown, reason: RefusalReason) =>
    assert.throws(work, (error: unknown) => error instanceof Refusal && error.reason === reason);

  it('of an active wallet to sign, one curve; of a pending one to be created, all its curves', () => {
    assert.deepEqual(check({}), ['secp256k1']);
    assert.deepEqual(check({ publicKeys: { ed25519: deed.keys.ed25519 } }), ['ed25519']);
    assert.deepEqual(check(create, { state: 'pending' }), ['secp256k1', 'ed25519']);
    never(() => check(create), 'wallet-state');
    never(() => check({}, { state: 'pending' }), 'wallet-state');
    never(() => check(all), 'share-mismatch');
    never(() => check({ kind: 'create' }, { state: 'pending' }), 'share-mismatch');
  });

  it('in the present epoch, and under the newest deed', () => {
    never(() => check({ epoch: 1 }), 'wallet-state');
    never(() => check({ epoch: 3 }), 'wallet-state');
    never(() => check({ deed: wallet.id }), 'deed-invalid');
  });

  it('for its person, from an enrolled device', () => {
    never(() => check({}, {}, own.point, { ...identity, subject: 'mallory' }), 'token-identity');
    never(() => check({}, { salt: filled(32, 1) }), 'token-identity');
    never(() => check({}, {}, new TestDevice().point), 'device-unknown');
  });

  it('from an embedded page to sign, and for nothing else', () => {
    assert.deepEqual(check({}, {}, embedded.point), ['secp256k1']);
    never(() => check(create, { state: 'pending' }, embedded.point), 'device-scope');
  });

  it('for the public keys of its deed', () => {
    never(() => check({ publicKeys: { secp256k1: filled(33, 2) } }), 'share-mismatch');
    never(() => check({ publicKeys: { ed25519: filled(32, 2) } }), 'share-mismatch');
    never(
      () => check({ ...create, publicKeys: { ...deed.keys, ed25519: filled(32, 2) } }, { state: 'pending' }),
      'share-mismatch',
    );
  });
});

describe('a share is sealed', () => {
  it('to one signer whose evidence this store holds, for one request, signed by the store', async () => {
    for (const store of ['kms', 'cloud'] as const) {
      const { shares, wallet, device } = await kept(store, 'alice');
      const signer = makeSigner();
      const verified = await shares.evidence.present(evidenceOf(world, signer));
      const { publicKeys, expires: _, ...request } = shareRequestOf(world, wallet, signer);
      const said = { device: thumbprint(device.point), at: clock.at, issuerKeys: [filled(32, 1)], receipt: null };
      const header: ShareHeader = { ...request, publicKeys, store, ...said };
      const sealed = await sealShare(shares, verified, header, ['secp256k1']);

      const info = sealInfo(`share-${store}`, deployment.id);
      const plaintext = signer.sealing.openSequenced(sealed, info, header.rh);
      const opened = unpackShare(plaintext, deployment[store].signing, verifyEd25519);
      assert.deepEqual(opened?.header, header);
      assert.deepEqual(
        opened?.shares.map((share) => share.expose()),
        wallet.shares[store].slice(0, 1).map((share) => share.expose()),
      );

      assert.throws(() => makeSigner().sealing.openSequenced(sealed, info, header.rh));
      assert.throws(() => signer.sealing.openSequenced(sealed, info, filled(32, 1)));
      assert.throws(() => signer.sealing.openSequenced(sealed, sealInfo(`share-${store}`, 'test-other'), header.rh));
      assert.throws(() => signer.sealing.openSequenced(sealed, sealInfo(`keep-${store}`, deployment.id), header.rh));
    }
  });

  it('row by row: shares of two wallets exchanged in the database do not open', async () => {
    const { shares, database, wallet } = await kept('cloud', 'alice');
    const device = new TestDevice();
    const other = makeWallet(world, device, 'bob');
    await keep(shares, await keepAsk(world, 'cloud', other, device));
    const theirs = shares.wallets.shares(other.id, 1);
    assert.ok(theirs);
    database.sqlite.prepare('UPDATE share_keys SET wrapped = ? WHERE wallet = ?').run(theirs.key, wallet.id);
    database.sqlite
      .prepare("UPDATE shares SET sealed = ? WHERE wallet = ? AND curve = 'secp256k1'")
      .run(theirs.sealed.secp256k1 ?? null, wallet.id);
    await assert.rejects(shares.open(wallet.id, 1, ['secp256k1']));
    assert.equal((await shares.open(other.id, 1, ['secp256k1'])).length, 1);
    await refused(shares.open(wallet.id, 2, ['secp256k1']), 'share-mismatch');
  });
});

describe('a wallet at a store', () => {
  it('is one a person: of two that were made, one becomes active', async () => {
    const { shares, wallet, activate } = await kept('cloud', 'alice');
    const device = new TestDevice();
    const other = makeWallet(world, device, 'alice');
    await keep(shares, await keepAsk(world, 'cloud', other, device));
    const [first, second] = await Promise.all([activate(other), activate(wallet)]);
    assert.notEqual(first, second);
    const [winner, loser] = first ? [other, wallet] : [wallet, other];
    assert.equal(shares.wallet(loser.id).row.state, 'pending');
    assert.equal(await activate(winner), true);
    assert.equal(await activate(loser), false);
  });

  it('that is unknown is refused, and one with a forged deed in the database as well', async () => {
    const { shares, wallet, database } = await kept('cloud', 'alice');
    await refused(
      Promise.resolve().then(() => shares.wallet(filled(32, 1))),
      'wallet-unknown',
    );
    const other = makeWallet(world, new TestDevice(), 'alice');
    const { shares: fresh } = open('cloud');
    const forged = { ...other.first };
    await fresh.wallets.keep(
      {
        id: wallet.id,
        person: filled(32, 1),
        salt: filled(32, 1),
        mailbox: null,
        epoch: 1,
        version: forged,
        made: 1,
        shares: { key: filled(1, 1), sealed: {} },
      },
      wallet.id,
    );
    await refused(
      Promise.resolve().then(() => fresh.wallet(wallet.id)),
      'deed-invalid',
    );
    assert.ok(database.sqlite.isOpen);
  });

  it('takes a next version only on the head that it was made for', async () => {
    const { shares, commit, wallet } = await kept('cloud', 'alice');
    const order = { body: filled(1, 1), signature: filled(64, 1) };
    const append = (before: Uint8Array, head: Uint8Array) =>
      commit.submit((inside) =>
        appendVersion(inside, { id: wallet.id, before, number: 2, head, version: wallet.first, order }),
      );
    const two = [append(wallet.id, filled(32, 2)), append(wallet.id, filled(32, 3))];
    assert.deepEqual(await Promise.all(two), [true, false]);
    assert.deepEqual(shares.wallets.find(wallet.id)?.head, filled(32, 2));
    assert.equal(shares.wallets.deed(wallet.id).length, 2);
  });
});

describe('how releases ended', () => {
  it('is told by a signer whose evidence is at hand, under its own key', async () => {
    const { shares } = open('kms');
    const signer = makeSigner();
    const item = { wallet: filled(32, 1), number: 1, receipt: filled(32, 2), outcome: 'signed' } as const;
    const said: Outcomes = { v: 1, deployment: deployment.id, signer: signer.id, at: clock.at, items: [item] };
    const signed = signStatement(outcomesStatement, said, signer.signing);
    const fails = (work: () => unknown, reason: RefusalReason) =>
      assert.throws(
        work,
        (error: unknown) => error instanceof Refusal && error.reason === reason,
        toBase64url(signer.id),
      );

    fails(() => openOutcomes(shares, signed), 'signer-unknown');
    await shares.evidence.present(evidenceOf(world, signer));
    assert.deepEqual(openOutcomes(shares, signed).items, [item]);
    fails(
      () => openOutcomes(shares, signStatement(outcomesStatement, said, SigningKey.generate())),
      'evidence-invalid',
    );
    const elsewhere = { ...said, deployment: 'test-other' };
    fails(() => openOutcomes(shares, signStatement(outcomesStatement, elsewhere, signer.signing)), 'evidence-invalid');
  });
});
