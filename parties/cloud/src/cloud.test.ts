import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Secret, toBase64url } from '@symbolon/crypto';
import { type SigningKey, verifyEd25519 } from '@symbolon/crypto/native';
import {
  type Activation,
  activationAnswer,
  activationStatement,
  addressOf,
  countersignCodec,
  type DeedOrder,
  type DeedVersion,
  deedCodec,
  deedFollowCodec,
  deedHash,
  deedOrderStatement,
  followCodec,
  type MailConfirmation,
  mailConfirmationStatement,
  openStatement,
  paths,
  type ShareRequest,
  type Signed,
  sealInfo,
  shareRequestCodec,
  signStatement,
  thumbprint,
  unpackShare,
} from '@symbolon/protocol';
import { EmbeddedVault, keep, ShareStore } from '@symbolon/share-store';
import { EvidenceVerifier, Refusal, type RefusalReason } from '@symbolon/verify';
import {
  allowedPair,
  byDevice,
  entryOf,
  evidenceOf,
  filled,
  flipped,
  keepAsk,
  makeSigner,
  makeWallet,
  makeWorld,
  nextBody,
  shareRequestOf,
  TestDevice,
} from '../../../packages/verify/src/testing.ts';
import type { Cloud } from './cloud.ts';
import { countersign, followDeed } from './deed.ts';
import { follow, settlePending } from './follow.ts';
import { seal } from './seal.ts';
import { StatementFollower } from './statements.ts';
import { CloudStore } from './store.ts';

const world = await makeWorld();
const { clock, deployment, issuer } = world;
const folder = mkdtempSync(join(tmpdir(), 'cloud-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const signer = makeSigner();

function openCloud(): Cloud {
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
  return { shares, store, statements: new StatementFollower(store, deployment, clock.now) };
}

async function refused(work: Promise<unknown>, reason: RefusalReason): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.reason, reason);
    return true;
  });
}

/** A cloud with one pending wallet, and everything that its device can ask. */
async function setUp(cloud = openCloud()) {
  await cloud.shares.evidence.present(evidenceOf(world, signer));
  const device = new TestDevice();
  const wallet = makeWallet(world, device, 'alice');
  const [entry] = wallet.deed.devices;
  assert.ok(entry);
  await keep(cloud.shares, await keepAsk(world, 'cloud', wallet, device));

  const head = { v: 1, deployment: deployment.id, expires: clock.at + 60_000, wallet: wallet.id } as const;
  const to = async (path: Parameters<typeof addressOf>[1], by: TestDevice, person: string) => ({
    htu: addressOf(deployment.cloud.url, path),
    token: await issuer.token(person, by),
    at: clock.at,
  });
  const activation = (changed: Partial<Activation> = {}, by = world.kms.signing) => {
    const said = { v: 1, deployment: deployment.id, wallet: wallet.id, epoch: 1, at: 1, log: 1, ...changed } as const;
    return signStatement(activationStatement, said, by);
  };
  const askFollow = async (signed = activation(), by = device, person = 'alice') =>
    follow(
      cloud,
      by.ask(followCodec, { ...head, kind: 'follow', activation: signed }, await to(paths.follow, by, person)),
    );
  const askSeal = async (changed: Partial<ShareRequest> = {}, by = device, person = 'alice') => {
    const request = shareRequestOf(world, wallet, signer, changed);
    return { request, ...(await seal(cloud, by.ask(shareRequestCodec, request, await to(paths.seals, by, person)))) };
  };
  const orderOf = (body: Uint8Array, changed: Partial<DeedOrder> = {}, by: SigningKey = world.kms.signing) => {
    const said = {
      v: 1,
      deployment: deployment.id,
      wallet: wallet.id,
      number: 2,
      head: deedHash(body),
      at: 1,
      ...changed,
    } as const;
    return signStatement(deedOrderStatement, said, by);
  };
  const update = async (versions: DeedVersion[], order: Signed, by = device) => {
    const message = { ...head, kind: 'follow-deed', versions, order } as const;
    return followDeed(cloud, by.ask(deedFollowCodec, message, await to(paths.followDeed, by, 'alice')));
  };
  return { cloud, device, wallet, entry, head, to, activation, askFollow, askSeal, orderOf, update };
}

describe('Key B leaves the cloud', () => {
  it('sealed to a signer whose evidence the cloud itself has verified, for the request that was asked', async () => {
    const { askFollow, askSeal, device, wallet } = await setUp();
    await askFollow();
    const { sealed, request } = await askSeal();
    const plaintext = signer.sealing.openSequenced(sealed, sealInfo('share-cloud', deployment.id), request.rh);
    const opened = unpackShare(plaintext, deployment.cloud.signing, verifyEd25519);
    const { store, rh, device: whose, at, kind } = opened?.header ?? {};
    assert.deepEqual([store, rh, whose, at, kind], ['cloud', request.rh, thumbprint(device.point), clock.at, 'sign']);
    assert.deepEqual(opened?.shares[0]?.expose(), wallet.shares.cloud[0]?.expose());
  });

  it('to nobody else, for nobody else', async () => {
    const { askFollow, askSeal } = await setUp();
    await refused(askSeal(), 'wallet-state');
    await askFollow();
    await refused(askSeal({ signer: makeSigner().id }), 'signer-unknown');
    await refused(askSeal({}, new TestDevice()), 'device-unknown');
    await refused(askSeal({}, undefined, 'mallory'), 'token-identity');
    await refused(askSeal({ epoch: 2 }), 'wallet-state');
    await refused(askSeal({ deed: filled(32, 1) }), 'deed-invalid');
    await refused(askSeal({ publicKeys: { secp256k1: filled(33, 2) } }), 'share-mismatch');
    await refused(askSeal({ wallet: filled(32, 1) }), 'wallet-unknown');
    await refused(askSeal({ deployment: 'test-other' }), 'deployment-mismatch');
  });
});

describe('the cloud follows the kms', () => {
  it('in what exists: by its signed word on this wallet, and says the same again', async () => {
    const { cloud, wallet, activation, askFollow } = await setUp();
    const others: Partial<Activation>[] = [{ wallet: filled(32, 1) }, { deployment: 'test-other' }, { epoch: 2 }];
    for (const changed of others) await refused(askFollow(activation(changed)), 'wallet-state');
    await refused(askFollow(activation({}, world.cloud.signing)), 'wallet-state');
    const { signature, body } = activation();
    await refused(askFollow({ body, signature: flipped(signature, 7) }), 'wallet-state');
    assert.equal(cloud.shares.wallet(wallet.id).row.state, 'pending');
    await askFollow();
    await askFollow();
    assert.equal(cloud.shares.wallet(wallet.id).row.state, 'active');
  });

  it('and never has two wallets of one person', async () => {
    const { cloud, askFollow } = await setUp();
    const rival = await setUp(cloud);
    await askFollow();
    await assert.rejects(rival.askFollow(), { code: 'wallet-exists' });
    assert.equal(cloud.shares.wallet(rival.wallet.id).row.state, 'pending');
  });

  it('in the order of deed versions: none against its word, several at once', async () => {
    const { cloud, wallet, entry, device, askFollow, update, orderOf } = await setUp();
    await askFollow();
    const [second, third] = [new TestDevice(), new TestDevice()];
    const body = nextBody(wallet.deed, { devices: [entry, entryOf(second, 'approval')] });
    const other = nextBody(wallet.deed, { devices: [entry, entryOf(third, 'approval')] });
    const version = byDevice(body, device);
    for (const order of [
      orderOf(other),
      orderOf(body, { number: 3 }),
      orderOf(body, { wallet: filled(32, 1) }),
      orderOf(body, { deployment: 'test-other' }),
      orderOf(body, {}, world.cloud.signing),
    ]) {
      await refused(update([version], order), 'deed-invalid');
    }
    const devices = [entry, entryOf(second, 'approval'), entryOf(third, 'approval')];
    const next = nextBody(deedCodec.decode(body), { devices });
    const both = [version, byDevice(next, second)];
    await refused(update(both, orderOf(body)), 'deed-invalid');
    await refused(update(both.slice(1), orderOf(next, { number: 3 })), 'deed-invalid');
    await update(both, orderOf(next, { number: 3 }));
    await update(both, orderOf(next, { number: 3 }));
    await refused(update([version], orderOf(body)), 'deed-invalid');
    await refused(update([byDevice(other, device)], orderOf(other)), 'deed-invalid');
    const { row, verified } = cloud.shares.wallet(wallet.id);
    assert.equal(verified.deed.number, 3);
    assert.deepEqual(row.head, deedHash(next));
    assert.equal(cloud.shares.wallets.deed(wallet.id).length, 3);
  });

  it('but not where no device of the wallet vouches for the version, whatever the kms says', async () => {
    const { wallet, entry, device, askFollow, update, orderOf } = await setUp();
    const thief = new TestDevice();
    await askFollow();
    const body = nextBody(wallet.deed, { devices: [entry, entryOf(thief, 'approval')] });
    await refused(update([byDevice(body, thief)], orderOf(body)), 'deed-invalid');
    await refused(update([{ body, authority: { by: 'creation' } }], orderOf(body)), 'deed-invalid');
    await refused(update([{ body: filled(10, 1), authority: { by: 'creation' } }], orderOf(body)), 'deed-invalid');
    const forged = { body, authority: { by: 'device', key: device.point, signature: thief.sign(body) } } as const;
    await refused(update([forged], orderOf(body)), 'deed-invalid');
  });

  it('serves a revoked device no more from that version on', async () => {
    const { cloud, wallet, entry, device, askFollow, askSeal, update, orderOf } = await setUp();
    const second = new TestDevice();
    await askFollow();
    const two = nextBody(wallet.deed, { devices: [entry, entryOf(second, 'approval')] });
    await update([byDevice(two, device)], orderOf(two));
    await askSeal({ deed: deedHash(two) }, second);
    const { verified } = cloud.shares.wallet(wallet.id);
    const three = nextBody(verified.deed, { devices: [entry], revoked: [thumbprint(second.point)] });
    await update([byDevice(three, device)], orderOf(three, { number: 3 }));
    await refused(askSeal({ deed: deedHash(two) }, second), 'deed-invalid');
    await refused(askSeal({ deed: deedHash(three) }, second), 'device-unknown');
    await askSeal({ deed: deedHash(three) });
  });
});

describe('a creation that nobody finished here', () => {
  it('is forgotten only once the kms has forgotten it as well; what exists there is followed', async () => {
    const { cloud, wallet, activation } = await setUp();
    const later = await setUp(cloud);
    const answers = new Map<string, Signed | null>();
    let up = false;
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://kms');
      assert.equal(pathname, paths.activation);
      response.statusCode = up ? 200 : 503;
      response.end(activationAnswer.encode({ activation: answers.get(searchParams.get('wallet') ?? '') ?? null }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const original = deployment.kms.url;
    deployment.kms.url = url;
    try {
      await assert.rejects(settlePending(cloud, clock.at + 1));
      assert.ok(cloud.shares.wallets.find(wallet.id), 'a kms that is down decides nothing');

      up = true;
      answers.set(toBase64url(wallet.id), later.activation());
      await settlePending(cloud, clock.at + 1);
      assert.equal(cloud.shares.wallets.find(wallet.id)?.state, 'pending');

      answers.set(toBase64url(wallet.id), activation());
      await settlePending(cloud, clock.at + 1);
      assert.equal(cloud.shares.wallets.find(wallet.id)?.state, 'active');
      assert.equal(cloud.shares.wallets.find(later.wallet.id), null);
    } finally {
      deployment.kms.url = original;
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('mailbox recovery at the cloud', () => {
  it("is its own word, after the kms's on the same version and key, and a sign-in for that key", async () => {
    const { cloud, wallet, entry, askFollow, head, to } = await setUp();
    const [fresh, thief] = [new TestDevice(), new TestDevice()];
    const deed = nextBody(wallet.deed, { devices: [entry, entryOf(fresh, 'mail')] });
    const word = (changed: Partial<MailConfirmation> = {}, by = world.kms.signing) => {
      const says = {
        v: 1,
        deployment: deployment.id,
        wallet: wallet.id,
        deed: deedHash(deed),
        key: thumbprint(fresh.point),
        at: 1,
      } as const;
      return signStatement(mailConfirmationStatement, { ...says, ...changed }, by);
    };
    const ask = async (confirmation: Signed, by = fresh, body = deed, person = 'alice', token?: string) => {
      const message = { ...head, kind: 'countersign', deed: body, confirmation } as const;
      const where = await to(paths.countersign, by, person);
      return countersign(
        cloud,
        by.ask(countersignCodec, message, { ...where, ...(token === undefined ? {} : { token }) }),
      );
    };
    await refused(ask(word()), 'wallet-state');
    await askFollow();
    await refused(ask(word({}, world.cloud.signing)), 'deed-invalid');
    await refused(ask(word({ key: thumbprint(thief.point) })), 'deed-invalid');
    await refused(ask(word({ deed: filled(32, 1) })), 'deed-invalid');
    await refused(ask(word({ wallet: filled(32, 1) })), 'deed-invalid');
    await refused(ask(word(), thief), 'deed-invalid');
    await refused(ask(word(), fresh, deed, 'mallory'), 'token-identity');
    await refused(ask(word(), fresh, deed, 'alice', await issuer.token('alice', thief)), 'token-nonce');
    const approved = nextBody(wallet.deed, { devices: [entry, entryOf(fresh, 'approval')] });
    await refused(ask(word({ deed: deedHash(approved) }), fresh, approved), 'deed-invalid');

    const { confirmation } = await ask(word());
    const says = openStatement(mailConfirmationStatement, confirmation, deployment.cloud.signing, verifyEd25519);
    assert.deepEqual([says?.deed, says?.key], [deedHash(deed), thumbprint(fresh.point)]);
  });
});

describe('how releases ended', () => {
  it('the first word about each stays', async () => {
    const { store } = openCloud();
    const item = { wallet: filled(32, 1), number: 1, receipt: filled(32, 2) };
    await store.recordOutcomes([{ ...item, outcome: 'mismatch' }]);
    await store.recordOutcomes([
      { ...item, outcome: 'signed' },
      { ...item, number: 2, outcome: 'signed' },
    ]);
    const rows = store.database.sqlite.prepare('SELECT number, outcome FROM outcomes ORDER BY number').all();
    assert.deepEqual(
      rows.map(({ outcome }) => outcome),
      ['mismatch', 'signed'],
    );
  });
});
