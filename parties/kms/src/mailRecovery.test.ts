import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  addressOf,
  confirmMailCodec,
  deedCodec,
  deedHash,
  deedUpdateCodec,
  keyCheck,
  mailCodeCodec,
  mailConfirmationStatement,
  openStatement,
  paths,
  signStatement,
  tagged,
  thumbprint,
} from '@symbolon/protocol';
import { keep } from '@symbolon/share-store';
import { Refusal } from '@symbolon/verify';
import {
  activateAskOf,
  allowedPair,
  byDevice,
  entryOf,
  evidenceOf,
  filled,
  keepAsk,
  makeSigner,
  makeWallet,
  makeWorld,
  nextBody,
  releaseAskOf,
  shareRequestOf,
  TestDevice,
} from '../../../packages/verify/src/testing.ts';
import { activate } from './activate.ts';
import { updateDeed } from './deed.ts';
import { brokenAt } from './log.ts';
import { confirmMail, sendMailCode } from './mailRecovery.ts';
import { release } from './release.ts';
import { letters, openKms } from './testing.ts';

const world = await makeWorld();
const { clock, deployment, issuer } = world;
const folder = mkdtempSync(join(tmpdir(), 'kms-mail-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const signer = makeSigner();
const minute = 60_000;
const started = clock.at;

/** Whatever a refusal is called towards the asker. */
async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    const told =
      error instanceof Refusal ? error.reason : error instanceof Error && 'code' in error ? error.code : error;
    assert.equal(told, code);
    return true;
  });
}

/** A kms with one active wallet, and a device that wants in. */
async function setUp() {
  clock.at = started;
  const parts = { deployment, ...world.kms, now: clock.now, allowed: [allowedPair(deployment)] };
  const kms = openKms(join(folder, `${files++}.sqlite`), parts);
  await kms.shares.evidence.present(evidenceOf(world, signer));
  const [device, fresh] = [new TestDevice(), new TestDevice()];
  const wallet = makeWallet(world, device, 'alice');
  const [entry] = wallet.deed.devices;
  assert.ok(entry);
  await keep(kms.shares, await keepAsk(world, 'kms', wallet, device));
  const create = shareRequestOf(world, wallet, signer, { kind: 'create', publicKeys: wallet.deed.keys });
  await release(kms, await releaseAskOf(world, 'alice', device, create));
  await activate(kms, await activateAskOf(world, wallet, device));

  const head = { v: 1, deployment: deployment.id, expires: clock.at + 60_000, wallet: wallet.id } as const;
  const to = async (path: Parameters<typeof addressOf>[1], by: TestDevice, person = 'alice') => ({
    htu: addressOf(deployment.kms.url, path),
    token: await issuer.token(person, by),
    at: clock.at,
  });
  const live = () => ({ ...head, expires: clock.at + 60_000 });
  const askCode = async (by = fresh, person = 'alice') =>
    sendMailCode(kms, by.ask(mailCodeCodec, { ...live(), kind: 'mail-code' }, await to(paths.mailCode, by, person)));
  const bodyFor = (by: TestDevice, how: 'mail' | 'approval' = 'mail') =>
    nextBody(wallet.deed, { devices: [entry, entryOf(by, how)] });
  const confirm = async (code: string, by = fresh, deed = bodyFor(by), person = 'alice') => {
    const message = { ...live(), kind: 'confirm-mail', code, deed } as const;
    return confirmMail(kms, by.ask(confirmMailCodec, message, await to(paths.confirmMail, by, person)));
  };
  const update = async (version: Parameters<typeof byDevice>[0] | ReturnType<typeof byDevice>, by: TestDevice) => {
    const whole = version instanceof Uint8Array ? byDevice(version, by) : version;
    const message = { ...live(), kind: 'deed', version: whole } as const;
    return updateDeed(kms, by.ask(deedUpdateCodec, message, await to(paths.deed, by)));
  };
  const lastCode = () => /Your code: (\d{8})/.exec(letters(kms).at(-1)?.body ?? '')?.[1] ?? '';
  return { kms, device, fresh, wallet, entry, askCode, confirm, update, bodyFor, lastCode, live, to };
}
const wrongOf = (code: string) => String((Number(code) + 1) % 10 ** 8).padStart(8, '0');

describe('a mailed code', () => {
  it('goes to the mailbox of the deed, beside the key check that the new device shows', async () => {
    const { kms, fresh, askCode, lastCode } = await setUp();
    const { expires } = await askCode();
    assert.equal(expires, clock.at + 10 * minute);
    const [letter] = letters(kms);
    assert.equal(letter?.recipient, 'alice@mail.example');
    assert.ok(letter?.body.includes(keyCheck(fresh.point)));
    assert.match(lastCode(), /^\d{8}$/);
  });

  it('confirms a version that lets in this one key, signed by the kms; asked again it says so again', async () => {
    const { askCode, confirm, lastCode, fresh, device, wallet, entry, bodyFor, update, kms } = await setUp();
    await askCode();
    const code = lastCode();
    const says = async (body: Uint8Array) => {
      const { confirmation } = await confirm(code, fresh, body);
      const word = openStatement(mailConfirmationStatement, confirmation, deployment.kms.signing, verifyEd25519);
      assert.deepEqual([word?.wallet, word?.deed, word?.key], [wallet.id, deedHash(body), thumbprint(fresh.point)]);
    };
    await says(bodyFor(fresh));
    await says(bodyFor(fresh));

    const { devices } = deedCodec.decode(bodyFor(fresh));
    const renamed = nextBody(wallet.deed, { devices: devices.map((each) => ({ ...each, name: 'x' })) });
    await refused(confirm(code, fresh, renamed), 'deed-invalid');

    // The deed went on meanwhile: the code is for the key, and the version is the next one as it now is.
    await update(nextBody(wallet.deed, { devices: [entry, entryOf(new TestDevice(), 'approval')] }), device);
    await refused(confirm(code, fresh, bodyFor(fresh)), 'deed-invalid');
    const { deed } = kms.shares.wallet(wallet.id).verified;
    await says(nextBody(deed, { devices: [...deed.devices, entryOf(fresh, 'mail')] }));
  });

  it('is bound to the key that asked for it', async () => {
    const { askCode, confirm, lastCode, fresh, bodyFor } = await setUp();
    await askCode();
    const thief = new TestDevice();
    await refused(confirm(lastCode(), thief), 'code-wrong');
    await refused(confirm(lastCode(), thief, bodyFor(fresh)), 'deed-invalid');
    await refused(confirm(lastCode(), fresh, bodyFor(thief)), 'deed-invalid');
    await refused(confirm(lastCode(), fresh, bodyFor(fresh, 'approval')), 'deed-invalid');
    await confirm(lastCode());
  });

  it('has five tries, also all at once, and then even the right one is wrong', async () => {
    const { askCode, confirm, lastCode } = await setUp();
    await askCode();
    const code = lastCode();
    for (let n = 0; n < 4; n++) await refused(confirm(wrongOf(code)), 'code-wrong');
    await confirm(code);
    await refused(confirm(code), 'code-wrong');

    clock.at += minute + 1;
    await askCode();
    const next = lastCode();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => confirm(wrongOf(next))));
    assert.ok(results.every(({ status }) => status === 'rejected'));
    await refused(confirm(next), 'code-wrong');
  });

  it('is over after ten minutes, and when a newer one was mailed', async () => {
    const { askCode, confirm, lastCode } = await setUp();
    await askCode();
    const first = lastCode();
    clock.at += minute + 1;
    await askCode();
    if (lastCode() !== first) await refused(confirm(first), 'code-wrong');
    clock.at += 10 * minute;
    await refused(confirm(lastCode()), 'code-wrong');
  });

  it('is mailed once a minute, and other keys do not wait for that', async () => {
    const { kms, askCode } = await setUp();
    await askCode();
    await refused(askCode(), 'mail-too-soon');
    assert.equal(letters(kms).length, 1);
    await askCode(new TestDevice());
    clock.at += minute + 1;
    await askCode();
    assert.equal(letters(kms).length, 3);
  });

  it('is for the person of the wallet alone, and a key that is not in and was not thrown out', async () => {
    const { kms, askCode, device, update, wallet, entry, fresh } = await setUp();
    await refused(askCode(new TestDevice(), 'mallory'), 'token-identity');
    await refused(askCode(device), 'deed-invalid');
    await update(nextBody(wallet.deed, { devices: [entry, entryOf(fresh, 'approval')] }), device);
    const { verified } = kms.shares.wallet(wallet.id);
    await update(nextBody(verified.deed, { devices: [entry], revoked: [thumbprint(fresh.point)] }), device);
    await refused(askCode(fresh), 'deed-invalid');
  });

  it('lies in the store as a keyed hash', async () => {
    const { kms, askCode, lastCode } = await setUp();
    await askCode();
    const row = kms.store.database.sqlite.prepare('SELECT code FROM mail_codes').get();
    const code = row?.['code'];
    assert.ok(code instanceof Uint8Array && code.length === 32);
    assert.equal(Buffer.from(code).includes(lastCode()), false);
  });
});

describe('the kms orders versions', () => {
  it('of two that follow the same one, one comes first and the other is refused', async () => {
    const { kms, wallet, entry, device, update } = await setUp();
    const versions = [new TestDevice(), new TestDevice(), new TestDevice()].map((each) =>
      nextBody(wallet.deed, { devices: [entry, entryOf(each, 'approval')] }),
    );
    const results = await Promise.allSettled(versions.map((body) => update(body, device)));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) if (result.status === 'rejected') assert.equal(result.reason.reason, 'deed-invalid');
    const { row, verified } = kms.shares.wallet(wallet.id);
    assert.ok(versions.some((body) => Buffer.compare(deedHash(body), row.head) === 0));
    assert.equal(verified.deed.number, 2);
    assert.equal(brokenAt(kms.store.database), null);
  });

  it('and answers the same to the same', async () => {
    const { wallet, entry, device, fresh, update } = await setUp();
    const body = nextBody(wallet.deed, { devices: [entry, entryOf(fresh, 'approval')] });
    const first = await update(body, device);
    assert.deepEqual(await update(body, device), first);
  });

  it('every change is announced to the mailbox', async () => {
    const { kms, wallet, entry, device, fresh, update } = await setUp();
    await update(nextBody(wallet.deed, { devices: [entry, entryOf(fresh, 'approval')] }), device);
    assert.ok(letters(kms)[0]?.body.includes(keyCheck(fresh.point)));
    const { verified } = kms.shares.wallet(wallet.id);
    await update(nextBody(verified.deed, { devices: [entry], revoked: [thumbprint(fresh.point)] }), device);
    assert.deepEqual(
      letters(kms).map(({ recipient }) => recipient),
      ['alice@mail.example', 'alice@mail.example'],
    );
  });

  it('a revoked device is served no more from that version on', async () => {
    const { kms, wallet, entry, device, fresh, update } = await setUp();
    await update(nextBody(wallet.deed, { devices: [entry, entryOf(fresh, 'approval')] }), device);
    const { verified: two } = kms.shares.wallet(wallet.id);
    const at = (head: Uint8Array) => shareRequestOf(world, wallet, signer, { deed: head });
    await release(kms, await releaseAskOf(world, 'alice', fresh, at(two.head)));
    await update(nextBody(two.deed, { devices: [entry], revoked: [thumbprint(fresh.point)] }), device);
    const { verified: three } = kms.shares.wallet(wallet.id);
    await refused(release(kms, await releaseAskOf(world, 'alice', fresh, at(two.head))), 'deed-invalid');
    await refused(release(kms, await releaseAskOf(world, 'alice', fresh, at(three.head))), 'device-unknown');
    await release(kms, await releaseAskOf(world, 'alice', device, at(three.head)));
  });

  it('a device that comes by mail brings itself, with the word of kms and cloud both', async () => {
    const { kms, wallet, fresh, askCode, confirm, lastCode, update, bodyFor } = await setUp();
    await askCode();
    const { confirmation } = await confirm(lastCode());
    const body = bodyFor(fresh);
    const says = {
      v: 1,
      deployment: deployment.id,
      wallet: wallet.id,
      deed: deedHash(body),
      key: thumbprint(fresh.point),
      at: 1,
    } as const;
    const cloudSays = signStatement(mailConfirmationStatement, says, world.cloud.signing);
    const version = (cloud: typeof cloudSays) =>
      ({ body, authority: { by: 'mail', kms: confirmation, cloud } }) as const;
    await refused(update(version(confirmation), fresh), 'deed-invalid');
    await refused(update(version(cloudSays), new TestDevice()), 'deed-invalid');
    await update(version(cloudSays), fresh);
    assert.equal(kms.shares.wallet(wallet.id).verified.deed.devices.length, 2);
  });

  it('a change signed by an enrolled key but brought by a stranger is refused', async () => {
    const { wallet, entry, device, fresh, update } = await setUp();
    const body = nextBody(wallet.deed, { devices: [entry, entryOf(fresh, 'approval')] });
    await refused(update(byDevice(body, device), new TestDevice()), 'device-unknown');
    const signature = fresh.sign(tagged('deed', body));
    await refused(update({ body, authority: { by: 'device', key: device.point, signature } }, device), 'deed-invalid');
    await refused(update({ body: filled(10, 1), authority: { by: 'creation' } }, device), 'deed-invalid');
  });
});
