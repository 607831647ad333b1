import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchStatements, nativeChecks } from '@symbolon/cli';
import { allowedPairs } from '@symbolon/verify';
import { rpc } from './chain.ts';
import { createDevnet, type DevnetOptions } from './devnet.ts';
import { DevnetError } from './errors.ts';
import { fixedPorts, freePorts } from './ports.ts';
import type { Progress } from './progress.ts';

const folder = mkdtempSync(join(tmpdir(), 'devnet-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const home = join(folder, 'home');
const parties = ['mailbox', 'chain', 'dev-nsm', 'issuer', 'kms', 'cloud', 'signer'] as const;

const boot = (more: Partial<DevnetOptions> = {}) => createDevnet({ home, ports: 'free', fresh: false, ...more });

test('one call boots the world, each party its own process with private data, and disposes of it', async () => {
  const told: Progress[] = [];
  const devnet = await boot({ onProgress: (progress) => told.push(progress) });
  const pids = devnet.pids();
  assert.deepEqual(Object.keys(pids).sort(), [...parties].sort());
  assert.equal(new Set(Object.values(pids)).size, parties.length);
  for (const party of ['issuer', 'kms', 'cloud', 'signer', 'mailbox'] as const) {
    assert.equal((await fetch(`${devnet.urls[party]}/healthz`)).status, 200, party);
  }
  assert.deepEqual(openToOthers(home), []);
  assert.equal(told.filter(({ what }) => what === 'admitted').length, 1);

  await devnet[Symbol.asyncDispose]();
  assert.deepEqual(Object.values(pids).filter(isAlive), []);
  assert.equal(told.filter(({ what }) => what === 'ended').length, 0, 'an end that was asked for is no news');
  assert.ok(!existsSync(devnet.home.running));
});

test('a second start keeps the deployment, its addresses and the chain, and admits nothing anew', async () => {
  const first = await boot();
  await rpc(first.urls.chain, 'anvil_mine', ['0x7']);
  const height = await rpc(first.urls.chain, 'eth_blockNumber', []);
  await first[Symbol.asyncDispose]();

  const told: Progress[] = [];
  await using second = await boot({ onProgress: (progress) => told.push(progress) });
  assert.equal(second.deployment.id, first.deployment.id);
  assert.deepEqual(second.urls, first.urls);
  assert.equal(await rpc(second.urls.chain, 'eth_blockNumber', []), height);
  assert.deepEqual(
    told.filter(({ what }) => what !== 'started'),
    [],
  );
});

test('a party that ends unasked is reported and not started again; a killed one can be started again', async () => {
  const ended = Promise.withResolvers<Progress>();
  await using devnet = await boot({
    onProgress: (progress) => {
      if (progress.what === 'ended') ended.resolve(progress);
    },
  });
  process.kill(devnet.pids().cloud ?? 0, 'SIGKILL');
  const progress = await ended.promise;
  assert.ok(progress.what === 'ended' && progress.party === 'cloud' && progress.signal === 'SIGKILL');
  assert.equal(devnet.pids().cloud, undefined);
  await devnet.restart('cloud');
  assert.equal((await fetch(`${devnet.urls.cloud}/healthz`)).status, 200);

  const before = devnet.pids().kms;
  await devnet.kill('kms', 'SIGKILL');
  await assert.rejects(fetch(`${devnet.urls.kms}/healthz`));
  await devnet.restart('kms');
  assert.notEqual(devnet.pids().kms, before);
  assert.equal((await fetch(`${devnet.urls.kms}/healthz`)).status, 200);

  await assert.rejects(boot(), code('home-in-use'));
  await assert.rejects(boot({ fresh: true }), code('home-in-use'));
  assert.ok(existsSync(devnet.home.deployment), 'a running system is not removed');
});

test('when the process that started it is killed, nothing of the system stays', async () => {
  const script = `
    const { createDevnet } = await import(${JSON.stringify(join(import.meta.dirname, 'devnet.ts'))});
    const devnet = await createDevnet({ home: ${JSON.stringify(home)}, ports: 'free', fresh: false });
    console.log(JSON.stringify(devnet.pids()));`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pids = Object.values(JSON.parse(String(line))) as number[];
  assert.equal(pids.filter(isAlive).length, parties.length);
  parent.kill('SIGKILL');
  const end = Date.now() + 6_000;
  while (pids.some(isAlive) && Date.now() < end) await sleep(50);
  assert.deepEqual(pids.filter(isAlive), []);
  // What it left behind does not keep the next from starting.
  await using _again = await boot();
});

test('with a waiting time the first admission counts only after it, and is not made twice', async () => {
  const waiting = { home: join(folder, 'waiting'), ports: 'free', fresh: false } as const;
  const wait = 3_600;
  for (const _start of ['first', 'second']) {
    await using devnet = await createDevnet({ ...waiting, waitSeconds: wait });
    const list = await fetchStatements(devnet.deployment, nativeChecks);
    assert.equal(list.length, 1);
    assert.equal(allowedPairs(list, devnet.deployment.waitSeconds, Date.now()).length, 0);
    assert.equal(allowedPairs(list, devnet.deployment.waitSeconds, Date.now() + wait * 1_000).length, 1);
  }
});

test('a taken port is named, with what to do, and nothing is left running', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const address = blocker.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const elsewhere = join(folder, 'taken');
  const start = createDevnet({ home: elsewhere, ports: 'fixed', portBase: port - 2, fresh: false });
  await assert.rejects(start, (error: DevnetError) => {
    assert.equal(error.code, 'port-taken');
    assert.match(error.message, new RegExp(`${port} \\(kms\\)`));
    assert.match(error.hint, /--port-base/);
    return true;
  });
  blocker.close();
});

test('the default ports are the documented ones; free ones are all different', async () => {
  assert.deepEqual(fixedPorts(4_100), {
    issuer: 4_101,
    kms: 4_102,
    cloud: 4_103,
    signer: 4_104,
    mailbox: 4_105,
    smtp: 4_106,
    'web-host': 4_107,
    dapp: 4_108,
    shop: 4_109,
    provider: 4_110,
    chain: 8_545,
  });
  assert.equal(new Set(Object.values(await freePorts())).size, 11);
});

test('a folder that is not a home is neither used nor, with fresh, removed', async () => {
  const foreign = mkdtempSync(join(folder, 'foreign-'));
  writeFileSync(join(foreign, 'thesis.txt'), 'years of work');
  for (const fresh of [false, true]) {
    await assert.rejects(createDevnet({ home: foreign, ports: 'free', fresh }), code('home-foreign'));
  }
  assert.deepEqual(readdirSync(foreign), ['thesis.txt']);
});

function code(expected: DevnetError['code']) {
  return (error: unknown) => error instanceof DevnetError && error.code === expected;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What of a folder other users could open: certificates and the like are for all, the folders around them are not. */
function openToOthers(path: string): string[] {
  const inside = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const open = (statSync(path).mode & 0o077) === 0 ? [] : [path];
  return [...open, ...inside.flatMap((entry) => openToOthers(join(path, entry.name)))];
}
