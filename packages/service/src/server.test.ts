import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { ListenOptions } from './server.ts';
import { echoApp, message } from './testing.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits until the handler has started with `text`. */
async function handling(handled: readonly string[], text: string): Promise<void> {
  while (!handled.includes(text)) await sleep(5);
}
const headers = { 'content-type': 'application/cbor' };
const send = (url: string, value: unknown) =>
  fetch(`${url}/v1/echo`, { method: 'POST', body: message(value), headers });

async function serving(options: ListenOptions = {}, more: Parameters<typeof echoApp>[0] = {}) {
  const made = echoApp(more);
  const server = await made.app.listen(options);
  return { ...made, server, [Symbol.asyncDispose]: () => server.close(0) };
}

/** Writes raw bytes and returns all that comes back until the server ends the connection. */
function raw(port: number, ...parts: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  for (const part of parts) socket.write(part);
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
}
const head = (...lines: string[]) =>
  `POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\n${lines.join('\r\n')}\r\n\r\n`;

test('a message goes over a real socket and back, again and again on one connection', async () => {
  await using it = await serving();
  for (const text of ['a', 'b', 'c']) assert.equal((await send(it.server.url, { text })).status, 200);
  assert.deepEqual(it.handled, ['a', 'b', 'c']);
});

test('a body that trickles in is cut off at the deadline with 408 and the connection ends', async () => {
  await using it = await serving({}, { route: { timeoutMs: 100 } });
  const started = performance.now();
  const answer = await raw(it.server.port, head('Content-Length: 100'), 'abc');
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /"code":"request-timeout"/);
  assert.ok(performance.now() - started < 1_500);
  assert.deepEqual(it.handled, []);
});

test('headers that trickle in are cut off with 408', async () => {
  await using it = await serving({ headersTimeoutMs: 100 });
  const answer = await raw(it.server.port, 'POST /v1/echo HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /content-type: application\/problem\+json/);
  assert.match(answer, /"code":"request-timeout"/);
});

test('a declared length over the bound is refused before the body comes, an endless chunked body at the bound', async () => {
  await using it = await serving();
  const declared = await raw(it.server.port, head('Content-Length: 1000000'));
  assert.match(declared, /^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*"code":"too-large"/i);
  const chunk = `200\r\n${'x'.repeat(512)}\r\n`;
  const chunked = await raw(it.server.port, head('Transfer-Encoding: chunked'), chunk, chunk, chunk);
  assert.match(chunked, /^HTTP\/1\.1 413 [\s\S]*"code":"too-large"/);
  assert.deepEqual(it.handled, []);
});

test('what is not HTTP, or has no host, an absurd target, two lengths or huge headers, is a problem+json of 4xx', async () => {
  await using it = await serving();
  const cases: [string, number][] = [
    ['\x16\x03\x01\x02\x00', 400],
    ['GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400],
    ['GET /a\\b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    [head('Content-Length: 3', 'Transfer-Encoding: chunked'), 400],
    [head('Content-Length: 3', 'Content-Length: 4'), 400],
    [head('Content-Length: -3'), 400],
    [head(`X-Large: ${'x'.repeat(20_000)}`), 431],
  ];
  for (const [bytes, status] of cases) {
    const answer = await raw(it.server.port, bytes);
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), JSON.stringify([bytes.slice(0, 60), answer]));
    assert.match(answer, /content-type: application\/problem\+json/i);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
    assert.equal(body.status, status);
  }
  assert.deepEqual(it.handled, []);
});

test('the rest of an unread body is never taken for a next request', async () => {
  await using it = await serving();
  const smuggled = `${head('Content-Length: 9', 'Connection: close')}${'x'.repeat(9)}`;
  const wrongType = `POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${smuggled.length}\r\n\r\n`;
  const answers = await raw(
    it.server.port,
    wrongType,
    smuggled,
    'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  assert.deepEqual(statuses, ['415', '200']);
});

test('connections beyond the bound are dropped, those before it are served', async () => {
  await using it = await serving({ maxConnections: 2 });
  const first = connect(it.server.port, '127.0.0.1');
  const second = connect(it.server.port, '127.0.0.1');
  await Promise.all([once(first, 'connect'), once(second, 'connect')]);
  await sleep(50);
  assert.equal(await raw(it.server.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'), '');
  first.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [data] = await once(first, 'data');
  assert.match(String(data), /^HTTP\/1\.1 200 /);
  first.destroy();
  second.destroy();
});

test('closing lets what is in flight finish, refuses what is new, and waits for nobody who says nothing', async () => {
  await using it = await serving();
  await send(it.server.url, { text: 'keeps a connection' });
  const inFlight = send(it.server.url, { text: 'slow', delayMs: 400 });
  await handling(it.handled, 'slow');
  const silent = connect(it.server.port, '127.0.0.1');
  const halfway = connect(it.server.port, '127.0.0.1');
  halfway.write('POST /v1/echo HTTP/1.1\r\nHost:');
  await Promise.all([once(silent, 'connect'), once(halfway, 'connect')]);
  for (const socket of [silent, halfway]) socket.on('error', () => undefined);
  const started = performance.now();
  const closed = it.server.close(5_000);
  assert.equal((await it.app.fetch(new Request('http://t/readyz'))).status, 503);
  await assert.rejects(send(it.server.url, { text: 'new' }));
  const answer = await inFlight;
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('connection'), 'close');
  await closed;
  assert.ok(performance.now() - started < 4_000);
  assert.deepEqual(it.handled, ['keeps a connection', 'slow']);
  assert.equal(it.server.close(), closed);
});

test('a request that arrives on an open connection while closing is refused with 503', async () => {
  await using it = await serving();
  const body = Buffer.from(message({ text: 'slow', delayMs: 300 })).toString('latin1');
  const socket = connect(it.server.port, '127.0.0.1');
  socket.setEncoding('latin1');
  socket.write(head(`Content-Length: ${body.length}`) + body, 'latin1');
  await handling(it.handled, 'slow');
  void it.server.close(5_000);
  socket.write(head(`Content-Length: ${body.length}`) + body, 'latin1');
  const text = await new Promise<string>((resolve) => {
    let all = '';
    socket.on('data', (data) => {
      all += data;
    });
    socket.on('close', () => resolve(all));
  });
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.deepEqual(it.handled, ['slow']);
});

test('what is still in flight after the grace is ended', async () => {
  await using it = await serving({}, { route: { timeoutMs: 60_000 } });
  const stuck = assert.rejects(send(it.server.url, { text: 'stuck', delayMs: 3_000 }));
  await handling(it.handled, 'stuck');
  const started = performance.now();
  await it.server.close(100);
  await stuck;
  assert.ok(performance.now() - started < 2_500);
});
