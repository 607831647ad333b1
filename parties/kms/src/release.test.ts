import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { equal } from '@symbolon/crypto';
import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  addressOf,
  openStatement,
  paths,
  type Receipt,
  type ReleaseAsk,
  receiptHash,
  receiptStatement,
  receiptsCodec,
  type ShareRequest,
  type Signed,
  sealInfo,
  shareRequestCodec,
  unpackShare,
} from '@symbolon/protocol';
import { keep } from '@symbolon/share-store';
import { Refusal, type RefusalReason } from '@symbolon/verify';
import {
  activateAskOf,
  allowedPair,
  evidenceOf,
  filled,
  keepAsk,
  makeSigner,
  makeWallet,
  makeWorld,
  releaseAskOf,
  shareRequestOf,
  TestDevice,
} from '../../../packages/verify/src/testing.ts';
import { activate } from './activate.ts';
import type { Kms } from './kms.ts';
import { brokenAt } from './log.ts';
import { receipts } from './receipts.ts';
import { release } from './release.ts';
import { openKms } from './testing.ts';

const world = await makeWorld();
const { clock, deployment, issuer } = world;
const folder = mkdtempSync(join(tmpdir(), 'kms-release-'));
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

/** A kms with one active wallet; what led there is its release number 1. */
async function setUp(person = 'alice') {
  const path = join(folder, `${files++}.sqlite`);
  const kms = openKms(path, parts);
  await kms.shares.evidence.present(evidenceOf(world, signer));
  const device = new TestDevice();
  const wallet = makeWallet(world, device, person);
  await keep(kms.shares, await keepAsk(world, 'kms', wallet, device));
  const create = shareRequestOf(world, wallet, signer, { kind: 'create', publicKeys: wallet.deed.keys });
  await release(kms, await releaseAskOf(world, person, device, create));
  await activate(kms, await activateAskOf(world, wallet, device));
  const ask = (other: Partial<ShareRequest> = {}, by = device) =>
    releaseAskOf(world, person, by, shareRequestOf(world, wallet, signer, other));
  return { path, kms, device, wallet, ask };
}

const opened = (signed: Signed): Receipt => {
  const receipt = openStatement(receiptStatement, signed, deployment.kms.signing, verifyEd25519);
  assert.ok(receipt);
  return receipt;
};
async function released(kms: Kms, ask: ReleaseAsk) {
  const result = await release(kms, ask);
  assert.equal(result.status, 'released');
  return result;
}
const bodies = (kms: Kms, wallet: Uint8Array) => kms.store.receipts(wallet, 1, 1_000);

describe('a release', () => {
  it('is on record, and names what was asked, by whom, of which signer', async () => {
    const { kms, ask, wallet } = await setUp();
    const asked = await ask();
    const { receipt: signed, sealed } = await released(kms, asked);
    const request = shareRequestCodec.decode(asked.message);
    const receipt = opened(signed);
    assert.deepEqual([receipt.rh, receipt.signer, receipt.challenge], [request.rh, signer.id, asked.challenge]);
    assert.equal(receipt.number, 2);
    assert.ok(bodies(kms, wallet.id).some((body) => equal(body, signed.body)));

    const plaintext = signer.sealing.openSequenced(sealed, sealInfo('share-kms', deployment.id), request.rh);
    const share = unpackShare(plaintext, deployment.kms.signing, verifyEd25519);
    assert.equal(share?.header.at, receipt.at);
    assert.deepEqual(share?.shares[0]?.expose(), wallet.shares.kms[0]?.expose());
  });

  it('of one request happens once, also of a hundred at once, and after a restart', async () => {
    const { kms, path, ask, device, wallet } = await setUp();
    const { rh, ...request } = shareRequestOf(world, wallet, signer);
    const again = () => releaseAskOf(world, 'alice', device, { ...request, rh });
    const asks = await Promise.all(Array.from({ length: 100 }, again));
    const results = await Promise.allSettled(asks.map((one) => release(kms, one)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.equal((result.reason as Refusal).reason, 'request-used');
    }
    assert.equal(bodies(kms, wallet.id).length, 2);
    kms.store.close();

    const restarted = openKms(path, parts);
    await restarted.shares.evidence.present(evidenceOf(world, signer));
    await refused(release(restarted, await again()), 'request-used');
    assert.equal(opened((await released(restarted, await ask())).receipt).number, 3);
  });

  it('sent again byte for byte is refused, also after a restart', async () => {
    const { kms, path, ask } = await setUp();
    const asked = await ask();
    await released(kms, asked);
    await refused(release(kms, asked), 'proof-replayed');
    kms.store.close();
    const restarted = openKms(path, parts);
    await restarted.shares.evidence.present(evidenceOf(world, signer));
    await refused(release(restarted, asked), 'request-used');
  });

  it('gets the next number of its wallet, without a gap, and names the receipt before', async () => {
    const { kms, ask, wallet } = await setUp();
    const asks = await Promise.all(Array.from({ length: 100 }, () => ask()));
    const results = await Promise.all(asks.map((one) => released(kms, one)));
    const all = [...bodies(kms, wallet.id)];
    const chain = all.map((body) => receiptStatement.body.decode(body));
    assert.deepEqual(
      chain.map(({ number }) => number),
      Array.from({ length: 101 }, (_, index) => index + 1),
    );
    assert.deepEqual(new Set(results.map(({ receipt }) => opened(receipt).number)).size, 100);
    for (const [index, { previous }] of chain.entries()) {
      assert.deepEqual(previous, index === 0 ? null : receiptHash(all[index - 1] ?? filled(0, 0)));
    }
    assert.equal(brokenAt(kms.store.database), null);
  });

  it('that is refused uses no number and no request', async () => {
    const { kms, ask, wallet } = await setUp();
    const { rh } = shareRequestOf(world, wallet, signer);
    await refused(release(kms, await ask({ rh, epoch: 2 })), 'wallet-state');
    await refused(release(kms, await ask({ rh }, new TestDevice())), 'device-unknown');
    assert.equal(bodies(kms, wallet.id).length, 1);
    assert.equal(opened((await released(kms, await ask({ rh }))).receipt).number, 2);
  });

  it('goes to no signer without fresh evidence, whoever asks', async () => {
    const { kms, ask } = await setUp();
    await refused(release(kms, await ask({ signer: makeSigner().id })), 'signer-unknown');
    clock.at += 5 * 60_000;
    await refused(release(kms, await ask()), 'signer-unknown');
    clock.at -= 5 * 60_000;
  });

  it('made against a wallet that has changed meanwhile is refused', async () => {
    const { kms, wallet } = await setUp();
    const { row } = kms.shares.wallet(wallet.id);
    const [body] = bodies(kms, wallet.id);
    const { number: _n, previous: _p, log: _l, ...said } = receiptStatement.body.decode(body ?? filled(0, 0));
    const record = (changed: Partial<typeof row>) =>
      kms.store.recordRelease({ ...row, ...changed }, { ...said, rh: filled(32, files++) });
    await refused(record({ state: 'pending' }), 'wallet-state');
    await refused(record({ epoch: 2 }), 'wallet-state');
    await refused(record({ head: filled(32, 1) }), 'wallet-state');
    assert.equal(bodies(kms, wallet.id).length, 1);
  });
});

describe('receipts', () => {
  it("are given by number to the wallet's devices, the same as before, and to nobody else", async () => {
    const { kms, ask, device, wallet } = await setUp();
    const first = (await released(kms, await ask())).receipt;
    await released(kms, await ask());
    const token = await issuer.token('alice', null);
    const read = (by: TestDevice, from: number, count: number, with_ = token) => {
      const head = { v: 1, deployment: deployment.id, kind: 'receipts', expires: clock.at + 60_000 } as const;
      const to = { htu: addressOf(deployment.kms.url, paths.receipts), token: with_, at: clock.at };
      return receipts(kms, by.ask(receiptsCodec, { ...head, wallet: wallet.id, from, count }, to));
    };
    assert.deepEqual((await read(device, 2, 1)).receipts, [first]);
    assert.deepEqual(
      (await read(device, 1, 100)).receipts.map((each) => opened(each).number),
      [1, 2, 3],
    );
    assert.deepEqual((await read(device, 4, 100)).receipts, []);
    await refused(read(new TestDevice(), 1, 100), 'device-unknown');
    await refused(read(device, 1, 100, await issuer.token('mallory', device)), 'token-identity');
  });
});

describe('activation', () => {
  it('wants a release on record, and first signatures by every key of the deed', async () => {
    const kms = openKms(join(folder, `${files++}.sqlite`), parts);
    await kms.shares.evidence.present(evidenceOf(world, signer));
    const device = new TestDevice();
    const wallet = makeWallet(world, device, 'alice');
    await keep(kms.shares, await keepAsk(world, 'kms', wallet, device));
    await refused(activate(kms, await activateAskOf(world, wallet, device)), 'wallet-state');

    const sign = shareRequestOf(world, wallet, signer);
    await refused(release(kms, await releaseAskOf(world, 'alice', device, sign)), 'wallet-state');
    const create = { ...sign, kind: 'create', publicKeys: wallet.deed.keys } as const;
    await release(kms, await releaseAskOf(world, 'alice', device, create));
    for (const signatures of [{ secp256k1: filled(64, 1), ed25519: filled(64, 1) }, { secp256k1: filled(64, 1) }]) {
      await refused(activate(kms, await activateAskOf(world, wallet, device, { signatures })), 'share-mismatch');
    }
    await refused(activate(kms, await activateAskOf(world, wallet, device, { epoch: 2 })), 'wallet-state');

    const { activation } = await activate(kms, await activateAskOf(world, wallet, device));
    assert.deepEqual(await activate(kms, await activateAskOf(world, wallet, device)), { activation });
    const after = { ...create, rh: filled(32, 1) };
    await refused(release(kms, await releaseAskOf(world, 'alice', device, after)), 'wallet-state');
  });

  it('of two wallets of one person, raced, makes one', async () => {
    const kms = openKms(join(folder, `${files++}.sqlite`), parts);
    await kms.shares.evidence.present(evidenceOf(world, signer));
    const asks = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const device = new TestDevice();
        const wallet = makeWallet(world, device, 'alice');
        await keep(kms.shares, await keepAsk(world, 'kms', wallet, device));
        const create = shareRequestOf(world, wallet, signer, { kind: 'create', publicKeys: wallet.deed.keys });
        await release(kms, await releaseAskOf(world, 'alice', device, create));
        return activateAskOf(world, wallet, device);
      }),
    );
    const results = await Promise.allSettled(asks.map((ask) => activate(kms, ask)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, 'wallet-exists');
    }
    assert.equal(brokenAt(kms.store.database), null);
    const activations = kms.store.database.sqlite
      .prepare("SELECT count(*) AS n FROM log WHERE kind = 'activation'")
      .get();
    assert.equal(activations?.['n'], 1);
  });
});
