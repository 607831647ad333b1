import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createApp, createLogger, type Listening, Metrics } from '@symbolon/service';
import { initialiseOperator, readOperator } from '../../../parties/cloud/src/operator.ts';
import { Registry } from '../../../parties/cloud/src/registry.ts';
import { registryRoutes } from '../../../parties/cloud/src/registryRoutes.ts';
import { CloudStore } from '../../../parties/cloud/src/store.ts';
import { testInput } from '../../../parties/wallet/build/testInput.ts';
import { run } from '../run.ts';
import { recordingIo } from '../testIo.ts';

const home = mkdtempSync(join(tmpdir(), 'cli-apps-'));
const dataDir = join(home, 'cloud', 'data');
const { deployment } = testInput();
let store: CloudStore;
let cloud: Listening;

before(async () => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  initialiseOperator(dataDir);
  store = new CloudStore(join(dataDir, 'cloud.sqlite'));
  const { database, commit } = store;
  const operator = () => readOperator(dataDir);
  const registry = new Registry({ database, commit, deployment: 'test-page', operator, now: () => Date.now() });
  const log = createLogger({ party: 'cloud', fields: [], write: () => undefined });
  const options = { party: 'cloud', version: '0', log, metrics: new Metrics(), ready: () => true };
  cloud = await createApp(registryRoutes(registry), options).listen();
  const roots = { ...deployment, cloud: { ...(deployment['cloud'] as object), url: cloud.url } };
  writeFileSync(join(home, 'deployment.json'), JSON.stringify(roots));
});
after(async () => {
  await cloud.close();
  store.close();
  rmSync(home, { recursive: true });
});

async function symbolon(...args: string[]) {
  const io = recordingIo();
  const code = await run(['--home', home, 'apps', ...args], io);
  return { code, said: io.said, erred: io.erred };
}
const shop = ['--name', 'The "Shop"', '--origin', 'https://shop.example', '--origin', 'http://shop.localhost:1'];

test('an operator adds an app, sees it, and takes it away', async () => {
  const icon = join(home, 'icon.png');
  writeFileSync(icon, Buffer.from('89504e470d0a1a0a00', 'hex'));
  const added = await symbolon('add', 'shop', ...shop, '--chain', '1', '--chain', '0x7a69', '--icon', icon);
  assert.deepEqual([added.code, added.erred], [0, '']);
  assert.deepEqual(JSON.parse((await symbolon('list', '--json')).said), [
    {
      id: 'shop',
      name: 'The "Shop"',
      icon: 'data:image/png;base64,iVBORw0KGgoA',
      origins: ['https://shop.example', 'http://shop.localhost:1'],
      chains: ['0x1', '0x7a69'],
    },
  ]);
  assert.match((await symbolon('list')).said, /^shop {2}"The \\"Shop\\"" {2}https:\/\/shop\.example/);
  assert.equal((await symbolon('remove', 'shop')).code, 0);
  assert.match((await symbolon('list')).said, /^No app is registered/);
});

test('every app is listed, however many there are', async () => {
  const names = Array.from({ length: 53 }, (_, index) => `app-${String(index).padStart(2, '0')}`);
  for (const name of names) {
    const { code, erred } = await symbolon('add', name, '--name', name, '--origin', `https://${name}.example`);
    assert.equal(code, 0, erred);
  }
  const listed: { id: string }[] = JSON.parse((await symbolon('list', '--json')).said);
  assert.deepEqual(
    listed.map(({ id }) => id),
    names,
  );
});

test('what cannot be registered is said in words, with what to do next', async () => {
  const other = join(home, 'other.key');
  writeFileSync(other, new Uint8Array(32).fill(7), { mode: 0o400 });
  const drawing = join(home, 'icon.svg');
  writeFileSync(drawing, '<svg/>');
  for (const [args, told] of [
    [['add', 'shop', '--name', 'x', '--origin', 'https://shop.example/'], /\(origin-invalid\)\n {2}next: Write it as/],
    [['add', 'shop', '--name', 'x', '--origin', 'https://app-00.example'], /\(origin-taken\)\n {2}next: Remove it/],
    [['add', 'Shop', '--name', 'x', '--origin', 'https://shop.example'], /\(app-invalid\)/],
    [['add', 'shop', ...shop, '--chain', 'mainnet'], /\(chain-invalid\)/],
    [['add', 'shop', ...shop, '--icon', drawing], /neither PNG nor WebP\. \(icon-invalid\)/],
    [['add', 'shop', ...shop, '--key', other], /\(registration-refused\)/],
    [['remove', 'nobody'], /\(app-unknown\)/],
  ] as const) {
    const { code, said, erred } = await symbolon(...args);
    assert.deepEqual([code, said], [1, ''], args.join(' '));
    assert.match(erred, told);
  }
});
