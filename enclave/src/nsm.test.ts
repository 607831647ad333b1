import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { frame, requestDocument } from '@symbolon/attestation/nsm';
import fc from 'fast-check';
import { unpackPackages } from './inputs.ts';
import { readLock, sourceRoot } from './lock.ts';
import { compile } from './toolchain.ts';

const folder = mkdtempSync(join(tmpdir(), 'symbolon-nsm-'));
const [program, socketPath] = [join(folder, 'check'), join(folder, 'nsm.sock')];
const text = (value: string): Buffer => Buffer.concat([Buffer.of(0x60 + value.length), Buffer.from(value)]);
const bytes = (value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(0x59, value.length >> 8, value.length & 255), value]);
const answerOf = (outer: string, inner: string, value: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(0xa1), text(outer), Buffer.of(0xa1), text(inner), bytes(value)]);

/** What the module in this test's hands says to a request; empty: its ioctl fails. */
let module: (request: Buffer) => Buffer = () => Buffer.alloc(0);
let server: Server;

before(async () => {
  using unpacked = await unpackPackages(readLock(), join(sourceRoot, 'dist', 'enclave', 'inputs'));
  const binary = await compile(unpacked.folder, ['nsm.c', 'check/nsm_check.c'], ['--wrap=ioctl']);
  writeFileSync(program, binary, { mode: 0o500 });
  server = createServer((signer) => {
    const child = start([]);
    const connection = child.stdio[3] as Socket;
    signer.pipe(connection).pipe(signer);
    signer.on('error', () => undefined);
    connection.on('error', () => undefined);
  }).listen(socketPath);
  await once(server, 'listening');
});
after(() => {
  server?.close();
  rmSync(folder, { recursive: true });
});

/** Init's translation as it is in an image, with descriptor 4 for its device. */
function start(args: string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'] });
  const device = child.stdio[4] as Socket;
  let received = Buffer.alloc(0);
  device.on('error', () => undefined);
  device.on('data', (part) => {
    received = Buffer.concat([received, part]);
    while (received.length >= 4 && received.length >= 4 + received.readUInt32BE()) {
      const request = received.subarray(4, 4 + received.readUInt32BE());
      received = received.subarray(4 + request.length);
      const answer = module(request);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(answer.length);
      device.write(Buffer.concat([length, answer]));
    }
  });
  return child;
}

test("the signer's request becomes the module's, absent fields null, and its document comes back", async () => {
  const document = new Uint8Array(4_500).fill(7);
  const requests: string[] = [];
  module = (request) => {
    requests.push(request.toString('hex'));
    return answerOf('Attestation', 'document', document);
  };
  const [userData, nonce, publicKey] = [
    new Uint8Array(300).fill(1),
    Uint8Array.of(2, 3),
    new Uint8Array(1_024).fill(4),
  ];
  assert.deepEqual(await requestDocument(socketPath, { userData, nonce, publicKey }), document);
  await requestDocument(socketPath, { nonce });
  const asked = (user: Buffer, key: Buffer) =>
    Buffer.concat([
      Buffer.of(0xa1),
      text('Attestation'),
      Buffer.of(0xa3),
      text('user_data'),
      user,
      text('nonce'),
      Buffer.of(0x42, 2, 3),
      text('public_key'),
      key,
    ]).toString('hex');
  const nothing = Buffer.of(0xf6);
  assert.deepEqual(requests, [asked(bytes(userData), bytes(publicKey)), asked(nothing, nothing)]);
});

test('a refusal of the module, a failed call, an answer of another form: an error, and no document', async () => {
  const bad = [
    Buffer.alloc(0),
    Buffer.concat([Buffer.of(0xa1), text('Error'), text('InvalidArgument')]),
    answerOf('Attestation', 'other', Uint8Array.of(1)),
    answerOf('DescribeNSM', 'document', Uint8Array.of(1)),
    answerOf('Attestation', 'document', Uint8Array.of(1)).subarray(0, -1),
    Buffer.of(0xff),
  ];
  for (const answer of bad) {
    module = () => answer;
    await assert.rejects(requestDocument(socketPath, {}), { code: 'internal' });
  }
});

test('whatever else the signer sends is refused, and reaches no module', async () => {
  module = () => assert.fail('the module was asked');
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), async (message) => {
      // A map without fields is a request.
      fc.pre(message[0] !== 0xa0);
      const child = start([]);
      const connection = child.stdio[3] as Socket;
      const parts: Buffer[] = [];
      connection.on('data', (part) => parts.push(part));
      connection.end(frame(message));
      const [code] = await once(child, 'close');
      assert.equal(code, 0);
      assert.match(Buffer.concat(parts).toString('latin1'), /error.*malformed/);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test("random bytes are the module's, as many answers as it takes", async () => {
  const given: Buffer[] = [];
  module = (request) => {
    assert.deepEqual(request, text('GetRandom'));
    const part = Buffer.alloc(200, given.length + 1);
    given.push(part);
    return answerOf('GetRandom', 'random', part);
  };
  const child = start(['random']);
  const parts: Buffer[] = [];
  child.stdout?.on('data', (part) => parts.push(part));
  await once(child, 'close');
  assert.deepEqual(Buffer.concat(parts), Buffer.concat(given).subarray(0, 512));
  assert.equal(given.length, 3);
});
