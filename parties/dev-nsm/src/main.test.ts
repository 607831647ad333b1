import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { appraise, parseMeasurement, verifyDocument } from '@symbolon/attestation';
import { frame, requestDocument } from '@symbolon/attestation/nsm';
import { measureSigner } from './measure.ts';

const base = mkdtempSync(join(tmpdir(), 'symbolon-nsm-'));
const socket = join(base, 'nsm.sock');
const rootDir = join(base, 'root');
const repo = join(base, 'repo');
let running: { child: ChildProcess; lines: Record<string, unknown>[] };

before(async () => {
  mkdirSync(join(repo, 'parties/signer/src'), { recursive: true });
  mkdirSync(join(repo, 'packages'));
  writeFileSync(join(repo, 'package-lock.json'), '{}');
  writeFileSync(join(repo, 'parties/signer/package.json'), '{"name": "signer"}');
  running = await start();
});
after(async () => {
  running.child.kill('SIGKILL');
  rmSync(base, { recursive: true });
});

/** The process as it is run for real; resolves when it says that it is ready. */
async function start(at = socket, measured = ['--measure-root', repo]): Promise<typeof running> {
  const main = join(import.meta.dirname, 'main.ts');
  const args = [main, '--socket', at, '--root-dir', rootDir, ...measured];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const said: Record<string, unknown> = JSON.parse(line);
    lines.push(said);
    if (said.event === 'ready') return { child, lines };
  }
  throw new Error('it ended before it was ready');
}

const rootOnDisk = () => readFileSync(join(rootDir, 'root.der'));

/** Sends these bytes; resolves with all that comes back before the connection ends. */
async function exchange(bytes: Uint8Array): Promise<Buffer> {
  const connection = connect(socket);
  const chunks: Buffer[] = [];
  connection.on('data', (chunk) => chunks.push(chunk));
  connection.write(bytes);
  await once(connection, 'close');
  return Buffer.concat(chunks);
}

test('it says that its documents are development documents, then that it is ready and what it measured', () => {
  const [first, second] = running.lines;
  assert.equal(first?.event, 'development');
  assert.match(String(first?.notice), /development documents/);
  assert.deepEqual(parseMeasurement(second?.measurement), measureSigner(repo));
});

test('the document it gives verifies under its root and binds what was asked for', async () => {
  const asked = {
    publicKey: new Uint8Array(1024).fill(1),
    userData: new Uint8Array(512).fill(2),
    nonce: new Uint8Array(512).fill(3),
  };
  const document = await requestDocument(socket, asked);
  const at = Date.now();
  const attestation = await verifyDocument(document, { roots: [rootOnDisk()], at });
  const { publicKey, userData, nonce } = attestation;
  assert.deepEqual({ publicKey, userData, nonce }, asked);
  assert.equal(attestation.moduleId, 'symbolon-development-nsm');
  appraise(attestation, { at, measurements: [measureSigner(repo)], nonce: asked.nonce, userData: asked.userData });
});

test('for an image that an emulator booted it vouches with that measurement, and says so', async () => {
  const pcr = (digit: string) => digit.repeat(96);
  const measurement = { pcr0: pcr('a'), pcr1: pcr('b'), pcr2: pcr('c') };
  const [file, other] = [join(base, 'booted.json'), join(base, 'other.sock')];
  writeFileSync(file, JSON.stringify(measurement));
  const { child } = await start(other, ['--booted', file]);
  try {
    const document = await requestDocument(other, {});
    const attestation = await verifyDocument(document, { roots: [rootOnDisk()], at: Date.now() });
    assert.equal(attestation.moduleId, 'symbolon-emulated-enclave');
    assert.deepEqual({ ...attestation.measurement }, { ...parseMeasurement(measurement) });
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

test('nothing asked for, nothing bound', async () => {
  const document = await requestDocument(socket, {});
  const attestation = await verifyDocument(document, { roots: [rootOnDisk()], at: Date.now() });
  const { publicKey, userData, nonce } = attestation;
  assert.deepEqual([publicKey, userData, nonce], [null, null, null]);
});

test('more than the module takes is refused, with a code', async () => {
  await assert.rejects(requestDocument(socket, { userData: new Uint8Array(513) }), { code: 'malformed' });
  await assert.rejects(requestDocument(socket, { publicKey: new Uint8Array(5000) }), { code: 'malformed' });
});

test('whatever else is sent is answered with an error or nothing, and the next request is served', async () => {
  const sent = [
    frame(Uint8Array.of(0xff)),
    Uint8Array.of(0, 0, 0, 0),
    Uint8Array.of(0xff, 0xff, 0xff, 0xff),
    Buffer.concat([frame(Uint8Array.of(0xa0)), Uint8Array.of(0)]),
  ];
  for (const bytes of sent) assert.match((await exchange(bytes)).toString('latin1'), /error.*malformed/);
  connect(socket).end(Uint8Array.of(0, 0));
  connect(socket).destroy();
  await requestDocument(socket, {});
});

test('forty requests at once are all answered', async () => {
  const documents = await Promise.all(Array.from({ length: 40 }, () => requestDocument(socket, {})));
  assert.equal(new Set(documents.map(String)).size, 40);
});

test('connections beyond sixty-four are turned away, and room made is used again', async () => {
  const idle = Array.from({ length: 64 }, () => connect(socket));
  await Promise.all(idle.map((connection) => once(connection, 'connect')));
  await assert.rejects(requestDocument(socket, {}), { code: 'unavailable' });
  for (const connection of idle) connection.destroy();
  const deadline = Date.now() + 2000;
  for (;;) {
    const served = await requestDocument(socket, {}).then(
      () => true,
      () => false,
    );
    if (served) break;
    assert.ok(Date.now() < deadline, 'no room was made');
  }
});

test('only its owner may open the socket', () => {
  assert.equal(statSync(socket).mode & 0o777, 0o600);
});

test('a second one at the same socket does not take it over', async () => {
  const second = spawn(process.execPath, running.child.spawnargs.slice(1), { stdio: 'ignore' });
  const [code] = await once(second, 'exit');
  assert.notEqual(code, 0);
  await requestDocument(socket, {});
});

test('without its arguments it says how it is used', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  assert.notEqual(code, 0);
  assert.match(String(Buffer.concat(chunks)), /usage: .*--socket PATH --root-dir DIR/);
});

test('killed, it starts again at the same socket with the same root; SIGTERM ends it cleanly', async () => {
  const before = rootOnDisk();
  running.child.kill('SIGKILL');
  await once(running.child, 'exit');
  assert.ok(existsSync(socket));
  await assert.rejects(requestDocument(socket, {}), { code: 'unavailable' });
  running = await start();
  assert.deepEqual(rootOnDisk(), before);
  await requestDocument(socket, {});
  running.child.kill('SIGTERM');
  assert.deepEqual(await once(running.child, 'exit'), [0, null]);
  assert.ok(!existsSync(socket));
});
