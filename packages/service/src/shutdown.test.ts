import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { createLogger } from './log.ts';
import { createShutdown } from './shutdown.ts';

function recorder() {
  const lines: string[] = [];
  return { lines, log: createLogger({ party: 'test', fields: ['step'], write: (line) => lines.push(line) }) };
}

test('the steps run in order, each once, however often and early the end is asked for', async () => {
  const done: string[] = [];
  const { log } = recorder();
  const server = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    done.push('server');
  };
  const end = createShutdown(
    [
      { name: 'server', close: server },
      { name: 'store', close: () => void done.push('store') },
    ],
    log,
  );
  assert.deepEqual(await Promise.all([end(), end(), end()]), [true, true, true]);
  assert.deepEqual(done, ['server', 'store']);
});

test('a step that fails is named in the log, the others still run, and the end says that it was not clean', async () => {
  const done: string[] = [];
  const { log, lines } = recorder();
  const end = createShutdown(
    [
      { name: 'server', close: () => Promise.reject(new Error('c0ffee')) },
      { name: 'store', close: () => void done.push('store') },
    ],
    log,
  );
  assert.equal(await end(), false);
  assert.deepEqual(done, ['store']);
  assert.match(lines[0] ?? '', /"step":"server"/);
  assert.equal(lines.join('').includes('c0ffee'), false);
});

const service = `
  const { createApp, createLogger, createShutdown, Metrics, requestFields, shutdownOnSignals } = await import(process.argv[1]);
  const log = createLogger({ party: 'test', fields: requestFields });
  const app = createApp([], { party: 'test', version: '0', log, metrics: new Metrics(), ready: () => true });
  const server = await app.listen();
  const forever = setInterval(() => {}, 1000);
  const steps = [
    { name: 'server', close: () => server.close(1000) },
    { name: 'slow', close: () => new Promise((resolve) => setTimeout(resolve, Number(process.argv[2]))) },
  ];
  shutdownOnSignals(createShutdown(steps, log), log);
  console.log(server.url);
`;

async function started(slowMs: number) {
  const url = new URL('./index.ts', import.meta.url).href;
  const args = ['--input-type=module', '-e', service, url, String(slowMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  return { child, exited };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends a process cleanly with 0`, async () => {
    const { child, exited } = await started(10);
    child.kill(signal);
    assert.deepEqual(await exited, [0, null]);
  });
}

test('a second signal ends a process that does not come to its end', async () => {
  const { child, exited } = await started(60_000);
  child.kill('SIGINT');
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  assert.deepEqual(await exited, [null, 'SIGINT']);
});
