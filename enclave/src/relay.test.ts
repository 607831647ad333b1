import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serveFile, serveRelay } from './relay.ts';

const folder = mkdtempSync(join(tmpdir(), 'symbolon-relay-'));
const [relay, file] = [join(folder, 'relay.sock'), join(folder, 'file.sock')];
const kms = createServer((request, response) => response.end(`kms ${request.url}`));
const closing: { close(): unknown }[] = [kms];
let authority = '';

before(async () => {
  kms.listen(0, '127.0.0.1');
  await once(kms, 'listening');
  authority = `127.0.0.1:${(kms.address() as AddressInfo).port}`;
  closing.push(await serveRelay(relay, new Set([authority])), await serveFile(file, Buffer.from('content')));
});
after(() => {
  for (const one of closing) one.close();
  kms.closeAllConnections();
  rmSync(folder, { recursive: true });
});

/** All that comes back before the other side ends. */
async function exchange(path: string, sent: string): Promise<string> {
  const socket = connect(path);
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.write(sent);
  await once(socket, 'close');
  return Buffer.concat(parts).toString();
}

test('it passes bytes on to a party on the list, also those that came with the question', async () => {
  const said = await exchange(
    relay,
    `CONNECT ${authority} HTTP/1.1\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  );
  assert.match(said, /^HTTP\/1\.1 200 OK\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*kms \/a$/);
});

test('nowhere else, and by no other method', async () => {
  for (const line of [
    'CONNECT 127.0.0.1:1 HTTP/1.1',
    `CONNECT x@${authority} HTTP/1.1`,
    `GET http://${authority}/ HTTP/1.1`,
    'x',
  ])
    assert.equal(await exchange(relay, `${line}\r\n\r\n`), 'HTTP/1.1 403 Forbidden\r\n\r\n', line);
});

test('a file is sent to whoever connects, and that is all', async () => {
  assert.equal(await exchange(file, ''), 'content');
});

test('only their owner may open the sockets', () => {
  for (const path of [relay, file]) assert.equal(statSync(path).mode & 0o777, 0o600);
});
