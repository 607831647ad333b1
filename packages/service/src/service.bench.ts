import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { createApp } from './app.ts';
import { GroupCommit } from './groupCommit.ts';
import { createLogger } from './log.ts';
import { Metrics } from './metrics.ts';
import { route } from './route.ts';
import { requestFields } from './serve.ts';
import { openDatabase } from './sqlite.ts';
import { cbor, message } from './testing.ts';

/**
 * What this package adds to a party's work, CPU microseconds: one POST of 500 bytes of CBOR at the server (parsing, limit,
 * deadline, schema, metrics and answer included; the client runs in another process), and one durable insert at several
 * concurrencies. Goals: 45 and 15.
 */
const body = v.strictObject({ wallet: v.instance(Uint8Array), sealed: v.instance(Uint8Array), epoch: v.number() });

if (process.send === undefined) {
  await benchServer();
  await benchStore();
} else {
  await serveBench();
}

async function serveBench(): Promise<void> {
  const seals = route({
    method: 'POST',
    path: '/v1/seals',
    summary: 'Answers a message.',
    body: cbor(body),
    answer: cbor(v.strictObject({ epoch: v.number() })),
    maxBytes: 4_096,
    timeoutMs: 5_000,
    limit: { by: 'address', perMinute: 1e9 },
    handler: async ({ epoch }) => ({ epoch }),
  });
  const log = createLogger({ party: 'bench', fields: requestFields });
  const app = createApp([seals], { party: 'bench', version: '0', log, metrics: new Metrics(), ready: () => true });
  process.send?.((await app.listen()).port);
}

async function benchServer(): Promise<void> {
  const server = fork(import.meta.filename);
  const [port] = await once(server, 'message');
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const bytes = message({ wallet: new Uint8Array(32), sealed: new Uint8Array(430), epoch: 7 });
  const cpu = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^process_cpu_seconds_total (.*)$/m.exec(text)?.[1]);
  };
  const best: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const before = await cpu();
    const requests = 8_000;
    await inParallel(32, requests, () => post(agent, port, bytes));
    best.push(((await cpu()) - before) * (1e6 / requests));
  }
  console.log(
    `POST of ${bytes.length} B, server's CPU: ${Math.min(...best).toFixed(1)} us (rounds: ${best.map((us) => us.toFixed(0)).join(', ')})`,
  );
  agent.destroy();
  server.kill();
}

function post(agent: Agent, port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/cbor', 'content-length': bytes.length };
    request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/v1/seals', headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
      answer.resume().on('end', resolve);
    })
      .on('error', reject)
      .end(bytes);
  });
}

async function benchStore(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-bench-'));
  const db = openDatabase(join(folder, 'bench.db'), [
    'CREATE TABLE item (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, value BLOB NOT NULL) STRICT',
  ]);
  const group = new GroupCommit(db);
  const value = new Uint8Array(200);
  for (const concurrency of [1, 32, 128, 512]) {
    const rounds: { wall: number; cpu: number }[] = [];
    for (let round = 0; round < 4; round += 1) {
      const inserts = concurrency === 1 ? 250 : 8_000;
      const cpu = process.cpuUsage();
      const started = performance.now();
      await inParallel(concurrency, inserts, () => {
        const hash = crypto.getRandomValues(new Uint8Array(32));
        return group.submit((store) =>
          store.statement('INSERT INTO item (hash, value) VALUES (?, ?)').run(hash, value),
        );
      });
      const { user, system } = process.cpuUsage(cpu);
      rounds.push({ wall: ((performance.now() - started) * 1_000) / inserts, cpu: (user + system) / inserts });
    }
    const [wall, cpu] = [Math.min(...rounds.map((round) => round.wall)), Math.min(...rounds.map((round) => round.cpu))];
    console.log(`durable insert, ${concurrency} at once: ${wall.toFixed(1)} us wall, ${cpu.toFixed(1)} us CPU`);
  }
  db.close();
  rmSync(folder, { recursive: true });
}

async function inParallel(width: number, times: number, act: () => Promise<unknown>): Promise<void> {
  let left = times;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
