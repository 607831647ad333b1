import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileStorage } from '@symbolon/client/node';
import { Secret, toBase64url, toHex, utf8 } from '@symbolon/crypto';
import { addressOf, paths } from '@symbolon/protocol';
import { standBetween } from '../support/between.ts';
import { clientOf } from '../support/client.ts';
import { createWallet, draft, keepAt } from '../support/creation.ts';
import { Hand } from '../support/hand.ts';
import { post } from '../support/http.ts';
import { Insider } from '../support/insider.ts';
import { mailsTo } from '../support/mail.ts';
import { askRelease } from '../support/release.ts';
import { type Canary, formsOf, type Haystack, search } from '../support/search.ts';
import { assertSigns, prepare } from '../support/signing.ts';
import { tapFetch } from '../support/traffic.ts';
import { bootWorld, introduceSigner, signerOf, type World } from '../support/world.ts';

const email = 'canary@example.org';
const canary = (name: string, bytes: Uint8Array): Canary => ({ name, bytes });
const random32 = () => new Uint8Array(randomBytes(32));

describe('laws 1, 2 and 11: whole keys and bare shares are nowhere but where they may be', () => {
  let world: World;
  const traffic: Haystack[] = [];
  const canaries: Canary[] = [];
  let disk: Haystack[];
  let devices: string;

  before(async () => {
    world = await bootWorld();
    using _ = tapFetch(traffic);
    const between = (['signer', 'cloud'] as const).map((party) =>
      standBetween(world, party, async ({ path, body }, forward) => {
        const answer = await forward();
        traffic.push({ where: `${party} asked ${world.deployment.kms.url}${path}`, bytes: body });
        traffic.push({ where: `answer to ${party} of ${world.deployment.kms.url}${path}`, bytes: answer.body });
        return answer;
      }),
    );
    const taps = await Promise.all(between);
    await introduceSigner(world);

    // A wallet whose every share is known here, used, then asked for in every way that is refused.
    const person = new Hand(world, { email });
    const wallet = await createWallet(person, { secp256k1: random32(), ed25519: random32() });
    const signer = await signerOf(world);
    await assertSigns(person, wallet, signer);
    await askRelease(new Hand(world, { subject: person.subject }), prepare(person, wallet, signer));
    for (const curve of ['secp256k1', 'ed25519'] as const) {
      canaries.push(canary(`the ${curve} key`, wallet.keys[curve]));
      canaries.push(canary(`Key A (${curve})`, wallet.shares.kms[curve]));
      canaries.push(canary(`Key B (${curve})`, wallet.shares.cloud[curve]));
    }

    // A creation that stays half done.
    const leaving = new Hand(world);
    const half = draft(leaving);
    await keepAt(leaving, 'kms', half);
    canaries.push(canary('the key of a half wallet', half.keys.secp256k1));
    canaries.push(canary('Key A of a half wallet', half.shares.kms.secp256k1));

    // A key that a person brings, through the real client, onto a device that keeps files.
    const imported = random32();
    canaries.push(canary('an imported key', imported));
    devices = join(world.devnet.home.devices, 'canary');
    const client = clientOf(new Hand(world), { storage: await FileStorage.open(devices) });
    await client.importKey('secp256k1', Secret.take(imported.slice()));
    await client.sign({ type: 'evm-message', message: utf8('imported') });
    await client.receipts();

    // What a person sends where it does not belong must not be repeated, neither in answers nor in logs.
    const planted = random32();
    canaries.push(canary('a secret sent to the wrong place', planted));
    await sendEverywhere(planted);
    for (const party of ['kms', 'cloud', 'signer', 'issuer'] as const)
      await fetch(`${world.devnet.urls[party]}/metrics`);
    await mailsTo(world, email);
    // What the signer reports is not waited for.
    await sleep(400);

    for (const tap of taps) await tap[Symbol.asyncDispose]();
    disk = [...filesOf(world.devnet.home.path)];
  });
  after(() => world[Symbol.asyncDispose]());

  /** As body, in a field, in the query, in a header: to every address that there is. */
  async function sendEverywhere(secret: Uint8Array): Promise<void> {
    for (const party of ['kms', 'cloud', 'signer'] as const) {
      const { paths: described } = (await (await fetch(`${world.devnet.urls[party]}/openapi.json`)).json()) as {
        paths: Record<string, unknown>;
      };
      for (const path of Object.keys(described)) {
        const url = world.devnet.urls[party] + path;
        for (const body of [secret, utf8(toHex(secret)), utf8(`{"key":"${toBase64url(secret)}"}`)])
          await post(url, body);
        await fetch(`${url}?key=${toHex(secret)}`, { headers: { authorization: `Bearer ${toBase64url(secret)}` } });
      }
      await fetch(`${world.devnet.urls[party]}/${toHex(secret)}`);
    }
  }

  /** What was answered, mailed, logged or written; not what this test itself sent about its own secret. */
  const answers = () => traffic.filter(({ where }) => !where.startsWith('asked '));
  const own = 'a secret sent to the wrong place';

  test('the control: every form of a canary is found where it is planted, on disk and on the wire', () => {
    const planted = canary('planted', random32());
    const forms = formsOf(planted);
    assert.equal(forms.length, 20);
    for (const { label, bytes } of forms) {
      const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
      assert.ok(search([planted], [{ where: 'here', bytes: around }]).includes(`here holds ${label}`), label);
    }
    for (const shift of [0, 1, 2, 3, 4]) {
      const inside = Buffer.concat([Buffer.alloc(shift, 7), planted.bytes, Buffer.from('more')]).toString('base64');
      assert.equal(search([planted], [{ where: 'a message', bytes: Buffer.from(inside) }]).length > 0, true);
    }
    const file = join(world.devnet.home.logs, 'planted.log');
    writeFileSync(file, JSON.stringify({ oops: toHex(planted.bytes) }));
    const found = search([planted], filesOf(world.devnet.home.path));
    assert.deepEqual(found, ['logs/planted.log holds planted as hex']);
    // And what the device sealed did pass here: the tap sees both stores' whole traffic.
    for (const party of ['kms', 'cloud', 'signer'] as const) {
      assert.ok(
        traffic.some(({ where }) => where.startsWith(`asked ${world.deployment[party].url}`)),
        party,
      );
    }
    assert.ok(
      traffic.some(({ where }) => where === `signer asked ${addressOf(world.deployment.kms.url, paths.releases)}`),
    );
  });

  test('on no disk of any party, in no write-ahead log, no log, no mailbox, no device: 0 found', () => {
    assert.ok(disk.length > 20);
    for (const name of [
      'kms/data/kms.sqlite',
      'cloud/data/cloud.sqlite',
      'logs/signer.log',
      'mailbox/mailbox.sqlite',
    ]) {
      assert.ok(
        disk.some(({ where }) => where === name),
        name,
      );
    }
    assert.ok(disk.some(({ where }) => where.startsWith('devices/canary/')));
    assert.deepEqual(search(canaries, disk), []);
  });

  test('in no message between any two parties, no answer, no error body, no metrics: 0 found', () => {
    assert.ok(traffic.length > 100);
    const others = canaries.filter(({ name }) => name !== own);
    assert.deepEqual(search(others, traffic), []);
    assert.deepEqual(search(canaries, answers()), []);
  });

  test("the operator's whole traffic and disk do not give Key A; the kms's do not give Key B", () => {
    const of = (party: 'kms' | 'cloud') => [
      ...traffic.filter(({ where }) => where.includes(world.deployment[party].url)),
      ...disk.filter(({ where }) => where.startsWith(`${party}/`) || where === `logs/${party}.log`),
    ];
    const a = canaries.filter(({ name }) => name.startsWith('Key A'));
    const b = canaries.filter(({ name }) => name.startsWith('Key B'));
    assert.deepEqual(search(a, of('cloud')), []);
    assert.deepEqual(search(b, of('kms')), []);
    assert.ok(of('cloud').length > 10 && of('kms').length > 10);
  });

  test('and yet each insider opens its own share with its own root: what was searched for is what is kept', async () => {
    const person = new Hand(world);
    const wallet = await createWallet(person);
    for (const store of ['kms', 'cloud'] as const) {
      assert.deepEqual(await new Insider(world, store).readShare(wallet, 'secp256k1'), wallet.shares[store].secp256k1);
    }
  });
});

/** Every file under a folder, by its path in it. */
function* filesOf(folder: string): Generator<Haystack> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    yield { where: path.slice(folder.length + 1), bytes: readFileSync(path) };
  }
}
