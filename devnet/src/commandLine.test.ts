import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { rpc } from './chain.ts';
import { createDevnet, type Devnet } from './devnet.ts';
import { sourceRoot } from './parties.ts';

const folder = mkdtempSync(join(tmpdir(), 'command-line-'));
const home = join(folder, 'home');
const recipient = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
let devnet: Devnet;

before(async () => {
  devnet = await createDevnet({ home, ports: 'free', fresh: false });
});
after(async () => {
  await devnet[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Mail {
  from: string;
  subject: string;
  text: string;
}

/** The kms mails what its outbox holds: soon, not at once, and news of the other devices too. */
async function mailWith(words: string): Promise<Mail> {
  for (let tries = 0; tries < 250; tries++) {
    const response = await fetch(`${devnet.urls.mailbox}/api/messages?to=you@example.com`);
    const mail = ((await response.json()) as Mail[]).find(({ text }) => text.includes(words));
    if (mail !== undefined) return mail;
    await sleep(20);
  }
  throw new Error(`no mail came that says ${words}`);
}

/** One command line, as a process of its own. */
async function symbolon(line: string, input = '') {
  const script = join(sourceRoot, 'cli', 'src', 'main.ts');
  const child = spawn(process.execPath, [script, '--home', home, ...line.split(' ')], { stdio: 'pipe' });
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, out, err, json: () => JSON.parse(out) };
}

test('a person signs in, creates a wallet, sends, signs, and reads every release back', async () => {
  const early = await symbolon('wallet create');
  assert.equal(early.code, 1);
  assert.match(early.err, /\(not-signed-in\)\n {2}next: symbolon signin EMAIL/);

  const signin = await symbolon('signin you@example.com --from-mailbox');
  assert.equal(signin.code, 0, signin.err);
  assert.match(signin.out, /Signed in as you@example\.com\.\nNo wallet yet: symbolon wallet create/);
  assert.match(signin.err, /device\.key: whoever reads that file is this device/);
  assert.equal(statSync(join(home, 'devices', 'cli', 'device.key')).mode & 0o777, 0o600);

  const made = (await symbolon('wallet create --json')).json();
  assert.match(made.addresses.evm, /^0x[0-9a-fA-F]{40}$/);
  assert.equal(made.created, true);
  await rpc(devnet.urls.chain, 'anvil_setBalance', [made.addresses.evm, '0xde0b6b3a7640000']);

  const sent = await symbolon(`send ${recipient} 0.25 --wait --json`);
  assert.equal(sent.code, 0, sent.err);
  assert.match(sent.err, /Send 0\.25 ETH to 0x7099/);
  assert.equal(sent.json().status, 'success');
  const shown = (await symbolon('wallet show --json')).json();
  assert.equal(shown.addresses.evm, made.addresses.evm);
  assert.ok(BigInt(shown.balanceWei) < 75n * 10n ** 16n && BigInt(shown.balanceWei) > 74n * 10n ** 16n);

  assert.match((await symbolon('sign-message hello')).out, /^0x[0-9a-f]{130}\n$/);
  const typed = JSON.stringify({
    types: { Note: [{ name: 'text', type: 'string' }] },
    primaryType: 'Note',
    domain: { name: 'test', chainId: 31_337 },
    message: { text: 'hello' },
  });
  assert.match((await symbolon('sign-typed-data - --json', typed)).json().signature, /^0x[0-9a-f]{130}$/);
  const receipts = (await symbolon('receipts --json')).json();
  assert.deepEqual(
    receipts.map(({ number, kind }: { number: number; kind: string }) => [number, kind]),
    [
      [1, 'create'],
      [2, 'sign'],
      [3, 'sign'],
      [4, 'sign'],
    ],
  );

  assert.equal(shown.epoch.number, 1);
  const turned = await symbolon('rotate');
  assert.match(
    turned.out,
    new RegExp(`^New shares: epoch 2 in place of 1\\.\\nEthereum address +${made.addresses.evm}\\n`),
  );
  const again = (await symbolon('rotate --json')).json();
  assert.deepEqual([again.from, again.epoch, again.addresses], [2, 3, made.addresses]);
  assert.match((await symbolon('wallet show')).out, /\nShares {14}epoch 3, since 20\d\d-/);
  assert.match((await symbolon('sign-message hello')).out, /^0x[0-9a-f]{130}\n$/);
});

test('what the chain or the signer refuses exits 1 and says why', async () => {
  const poor = await symbolon(`send ${recipient} 1000`);
  assert.equal(poor.code, 1);
  assert.match(poor.err, /\(transaction-refused\)\n {2}next: /);
  const mistyped = await symbolon(`send ${recipient.replace('C8', 'c8')} 0.1`);
  assert.match(mistyped.err, /\(address-checksum\)/);
});

test('a second device comes in by approval, signs, and is shut out for ever', async () => {
  assert.match((await symbolon('signin you@example.com --from-mailbox --device phone')).out, /not in it yet/);
  assert.match((await symbolon('sign-message hi --device phone')).err, /\(not-enrolled\)/);
  const request = await symbolon('devices request --device phone');
  const check = /Key check: (\S+)\./.exec(request.err)?.[1] ?? '';
  const approve = `devices approve ${request.out.trim()} --name phone`;
  assert.equal((await symbolon(approve)).code, 1, 'nobody compared the key checks');
  assert.match((await symbolon('sign-message hi --device phone')).err, /\(not-enrolled\)/);
  const approval = await symbolon(`${approve} --yes`);
  assert.ok(approval.err.includes(check), 'both screens show the same check');
  assert.equal((await symbolon('sign-message hi --device phone')).code, 0);
  assert.equal((await symbolon(`devices revoke ${check}`)).out, '"phone" is out. Its key never returns.\n');
  assert.equal((await symbolon('sign-message hi --device phone')).code, 1);
  assert.equal((await symbolon(`${approve} --yes`)).code, 1);
});

test('a device comes in by the code that the kms mails, which shows its key check', async () => {
  await symbolon('signin you@example.com --from-mailbox --device tablet');
  const asked = await symbolon('devices join --device tablet');
  const check = /key check: (\S+)\./.exec(asked.out)?.[1] ?? 'none';
  const mail = await mailWith(check);
  assert.match(mail.from, /kms@/);
  const wrong = await symbolon('devices join --device tablet --code 00000000');
  assert.equal(wrong.code, 1);
  const code = /(?<!\d)\d{8}(?!\d)/.exec(mail.text)?.[0];
  assert.match(
    (await symbolon(`devices join --device tablet --code ${code}`)).out,
    /This device is in\. The wallet was created/,
  );
});

test('a key of one’s own is imported from standard input', async () => {
  await symbolon('signin other@example.com --from-mailbox --device other');
  // The first account of EIP-155's own example.
  const imported = await symbolon('wallet import --file - --json --device other', `0x${'46'.repeat(32)}\n`);
  assert.equal(imported.json().addresses.evm, '0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F');
  const again = await symbolon('wallet import --file - --device other', `0x${'46'.repeat(32)}\n`);
  assert.match(again.err, /\(wallet-exists\)\n {2}next: symbolon wallet show/);
});

test('a statement takes two organisations; then it is on the list, and verified by whoever reads it', async () => {
  const pair = join(folder, 'measurement.json');
  const file = join(folder, 'next.json');
  writeFileSync(pair, JSON.stringify({ pcr0: '01'.repeat(48), pcr1: '02'.repeat(48), pcr2: '03'.repeat(48) }));
  const made = await symbolon(`statement new --allow ${pair} --out ${file}`);
  assert.match(made.out, /^Statement 2 of deployment dev-/);
  const [a, b] = devnet.home.organisations;
  assert.match(
    (await symbolon(`statement sign ${file} --key ${a}/organisation.key`)).out,
    /Signed by 1, needed are 2 of 3/,
  );
  const early = await symbolon(`statement submit ${file}`);
  assert.equal(early.code, 1);
  assert.match(early.err, /too few organisations.*\(statement-invalid\)/);
  await symbolon(`statement sign ${file} --key ${a}/organisation.key`);
  assert.match((await symbolon(`statement submit ${file}`)).err, /too few/, 'one organisation twice is one');
  await symbolon(`statement sign ${file} --key ${b}/organisation.key`);
  assert.equal((await symbolon(`statement submit ${file}`)).code, 0);
  assert.match((await symbolon('statement list')).out, / {3}2 .* allows signer 0101010101010101\.\.\. {2}in force/);
});

test('the running signer’s evidence verifies under the development root, and under no other', async () => {
  const dev = await symbolon(`verify evidence ${devnet.urls.signer} --root dev --json`);
  assert.deepEqual([dev.code, dev.json().valid, dev.json().debug], [0, true, false]);
  const aws = await symbolon(`verify evidence ${devnet.urls.signer} --json`);
  assert.deepEqual([aws.code, aws.json().reasons], [1, ['root']]);
});

test('the doctor finds everything well, names development keys, and then what is down', async () => {
  const well = await symbolon('doctor');
  assert.equal(well.code, 0, well.out);
  assert.match(well.out, /note {2}development keys/);
  await devnet.kill('cloud', 'SIGTERM');
  const ill = await symbolon('doctor');
  assert.equal(ill.code, 1);
  assert.match(ill.out, /BAD {3}cloud +does not answer[^\n]*\n {6}next: /);
  await devnet.restart('cloud');
});
