import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { concat, utf8 } from '@symbolon/crypto';
import { encodeData, pad, paths, releasesAnswer } from '@symbolon/protocol';
import { Random } from './random.ts';
import { sealToSigner } from './signing.ts';
import { signerOf, type World } from './world.ts';

export interface Tally {
  requests: number;
  codes: Map<string, number>;
}

interface Schema {
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  minItems?: number;
  const?: unknown;
  enum?: unknown[];
}

interface Operation {
  url: string;
  /** Every method of this address. */
  offered: readonly string[];
  mediaType: string | null;
  schema: Schema;
  maxBytes: number;
}

/** A longer answer than this is a hang, ms. */
const deadline = 8_000;

/**
 * Sends bad input to every address in every party's own description: what no parser should take, what no schema allows, what no
 * HTTP client sends. Each is refused with a 4xx and a stable code, or the run fails with what was sent.
 */
export async function sendBadInput(world: World, seed: number, rounds: number): Promise<Tally> {
  const random = new Random(seed);
  const tally: Tally = { requests: 0, codes: new Map() };
  for (const party of ['kms', 'cloud', 'signer'] as const) {
    for (const operation of await operationsOf(world.devnet.urls[party])) {
      for (let round = 0; round < rounds; round += 1) await attack(operation, random, tally);
    }
    await sendBrokenHttp(world.devnet.urls[party], tally);
  }
  await sendSealedNonsense(world, random, 30 * rounds, tally);
  return tally;
}

async function attack(operation: Operation, random: Random, tally: Tally): Promise<void> {
  const { url, offered, mediaType } = operation;
  if (mediaType === null) {
    for (const query of badQueries(random)) await expectRefusal(tally, `${url}?${query}`, { method: 'GET' });
  } else {
    const type = { 'content-type': mediaType };
    for (const body of badBodies(operation.schema, mediaType, random)) {
      await expectRefusal(tally, url, { method: 'POST', headers: type, body });
    }
    for (const large of [new Uint8Array(operation.maxBytes + 1), chunks(operation.maxBytes + 70_000)]) {
      await expectRefusal(tally, url, { method: 'POST', headers: type, body: large }).catch(toleratingEnd(tally));
    }
    const good = encodeData(plausible(operation.schema, random));
    for (const other of [
      'text/plain',
      'application/json',
      'multipart/form-data; boundary=x',
      'application/cborx',
      '',
      '\t',
    ]) {
      const headers = other === '' ? {} : { 'content-type': other };
      await expectRefusal(tally, url, { method: 'POST', headers, body: good });
    }
  }
  for (const other of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((name) => !offered.includes(name))) {
    await expectRefusal(tally, url, { method: other, ...(other === 'GET' ? {} : { body: utf8('x') }) });
  }
}

/** What is no message at all, and what is one but for one thing. */
function* badBodies(schema: Schema, mediaType: string, random: Random): Generator<Uint8Array> {
  yield* notCbor(random);
  if (mediaType !== 'application/cbor') return;
  const good = plausible(schema, random);
  const bytes = encodeData(good);
  yield bytes.subarray(0, random.below(bytes.length));
  yield concat(bytes, Uint8Array.of(0));
  yield bytes.with(random.below(8), random.below(256));
  const names = Object.keys(schema.properties ?? {});
  const field = random.pick(names);
  const rest = Object.fromEntries(Object.entries(good).filter(([name]) => name !== field));
  yield encodeData(rest);
  yield encodeData({ ...good, unknown: 1 });
  yield encodeData({ ...good, ['__proto__x']: {} });
  // The same key twice: a map of one pair more, its first pair again.
  const pair = concat(encodeData(field), encodeData(good[field]));
  yield concat(Uint8Array.of(0xa0 + names.length + 1), bytes.subarray(1), pair);
  for (const value of wrongValues(random)) yield encodeData({ ...good, [field]: value });
  // A lone surrogate, as bytes that are no UTF-8.
  yield concat(encodeData(rest).with(0, 0xa0 + names.length), encodeData(field), Uint8Array.of(0x63, 0xed, 0xa0, 0x80));
}

function* notCbor(random: Random): Generator<Uint8Array> {
  yield new Uint8Array();
  for (const byte of [0x00, 0x1c, 0x5f, 0x7f, 0x9f, 0xbf, 0xc0, 0xd8, 0xf6, 0xf7, 0xf8, 0xff])
    yield Uint8Array.of(byte);
  for (const byte of [0x81, 0xa1, 0xc1, 0x9f, 0xd8]) yield new Uint8Array(20_000).fill(byte);
  for (const head of [
    '9bffffffffffffffff',
    'bbffffffffffffffff',
    '5bffffffffffffffff',
    '7b7fffffffffffffff',
    'baffffffff',
  ]) {
    yield Uint8Array.from(Buffer.from(head, 'hex'));
  }
  for (const head of [
    'f97e00',
    'f97c00',
    'fb7ff0000000000000',
    '1bffffffffffffffff',
    '3bffffffffffffffff',
    'c249010000000000000000',
  ]) {
    yield concat(Uint8Array.of(0xa1, 0x61, 0x76), Uint8Array.from(Buffer.from(head, 'hex')));
  }
  for (const text of [
    '{}',
    '{"v":1',
    '{"a":1,"a":2}',
    '['.repeat(10_000),
    '"\\ud800"',
    '-1',
    '1e999',
    'null',
    '\u0000',
    '<x/>',
  ]) {
    yield utf8(text);
  }
  for (let count = 0; count < 4; count += 1) yield random.bytes(1 + random.below(1_500));
}

function* wrongValues(random: Random): Generator<unknown> {
  yield* [
    null,
    true,
    -1,
    0,
    1.5,
    2 ** 53,
    -(2n ** 64n),
    2n ** 200n,
    '',
    'x'.repeat(70_000),
    [],
    {},
    [[[[[]]]]],
    { a: 1 },
  ];
  yield new Uint8Array();
  yield new Uint8Array(20_000);
  yield random.bytes(random.below(200));
  yield '\u0000\u202e\ufeff';
}

function* badQueries(random: Random): Generator<string> {
  yield* [
    'unknown=1',
    '__proto__=1',
    'nonce=1&nonce=2',
    'nonce=',
    'nonce=%zz',
    'nonce=%00',
    'nonce=%ff%fe',
    'wallet=x&wallet=y',
  ];
  yield* ['wallet=-1', 'wallet=%F0%9F%92%A9', '=', 'a[b]=1', `nonce=${'A'.repeat(5_000)}`, `nonce=${'='.repeat(43)}`];
  yield `${random.below(1e9).toString(36)}x=${random.below(1e9)}`;
}

/** A value of the schema's shape; what is in it is worth nothing. */
function plausible(schema: Schema, random: Random): Record<string, unknown> {
  const make = (one: Schema): unknown => {
    if (one.const !== undefined) return one.const;
    if (one.enum !== undefined) return one.enum[0];
    if (one.properties !== undefined)
      return Object.fromEntries(Object.entries(one.properties).map(([n, s]) => [n, make(s)]));
    if (one.type === 'array') return [make(one.items ?? {})];
    if (one.type === 'integer' || one.type === 'number') return 1;
    if (one.format === 'binary') return random.bytes(64);
    return 'x'.repeat(32);
  };
  return make(schema) as Record<string, unknown>;
}

/** Well sealed to the signer, and nonsense inside: the answer is a sealed refusal. */
async function sendSealedNonsense(world: World, random: Random, count: number, tally: Tally): Promise<void> {
  const signer = await signerOf(world);
  const url = world.deployment.signer.url + paths.requests;
  const [operation] = (await operationsOf(world.devnet.urls.kms)).filter((one) => one.url.endsWith(paths.releases));
  for (let sent = 0; sent < count; sent += 1) {
    const bodies = [...badBodies(operation?.schema ?? {}, 'application/cbor', random)];
    const inner = random.pick(bodies);
    const plaintext = random.below(4) === 0 ? inner : pad(inner.subarray(0, 100_000));
    const { sealed, open } = sealToSigner(world, signer, plaintext);
    const { statusCode, body } = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: sealed,
    });
    assert.equal(statusCode, 200);
    const answer = open(body);
    assert.equal(answer.status, 'refused');
    note(tally, answer.status === 'refused' ? `sealed ${answer.code}` : 'served');
  }
}

interface Sent {
  method: string;
  headers?: Record<string, string>;
  body?: Uint8Array | AsyncIterable<Uint8Array>;
}

async function expectRefusal(tally: Tally, url: string, sent: Sent): Promise<void> {
  const { statusCode, type, body } = await send(url, sent);
  const what = () => `${sent.method} ${url} answered ${statusCode} to ${describe(sent.body)}`;
  if (statusCode === 200 && url.endsWith(paths.releases)) {
    // A batch is answered one by one.
    for (const result of releasesAnswer.decode(body).results) assert.equal(result.status, 'refused', what());
    note(tally, 'refused in a batch');
    return;
  }
  assert.ok(statusCode >= 400 && statusCode < 500, what());
  assert.match(type, /^application\/problem\+json/, what());
  const { code, status, title } = JSON.parse(new TextDecoder().decode(body));
  assert.match(code, /^[a-z][a-z-]+$/, what());
  assert.deepEqual([status, typeof title], [statusCode, 'string'], what());
  note(tally, code);
}

/** Who sends too much may find the connection ended before the answer to it is read. */
const toleratingEnd = (tally: Tally) => (error: Error & { code?: string }) => {
  if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') throw error;
  note(tally, 'too-large, ended');
};

/** Over a plain client that says what it is told to say. */
async function send(url: string, { method, headers = {}, body }: Sent) {
  const length = body instanceof Uint8Array ? { 'content-length': body.length } : {};
  const outgoing = request(url, { method, agent, timeout: deadline, headers: { ...length, ...headers } });
  outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url} hangs on ${describe(body)}`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.on('response', resolve).on('error', reject),
  );
  if (body === undefined || body instanceof Uint8Array) outgoing.end(body);
  else Readable.from(body, { objectMode: false }).pipe(outgoing);
  const answer = await answered;
  const chunksOfAnswer: Buffer[] = [];
  for await (const chunk of answer) chunksOfAnswer.push(chunk as Buffer);
  return {
    statusCode: answer.statusCode ?? 0,
    type: answer.headers['content-type'] ?? '',
    body: new Uint8Array(Buffer.concat(chunksOfAnswer)),
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** What no HTTP library would let pass; answered, or the connection ended, soon. */
async function sendBrokenHttp(base: string, tally: Tally): Promise<void> {
  const { hostname, port } = new URL(base);
  const broken = [
    'GARBAGE\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET  / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /v1/about HTTP/1.1\r\nHost: [::1\r\n\r\n',
    'GET http://%zz/ HTTP/1.1\r\nHost: a\r\n\r\n',
    `GET /v1/about HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    'POST /v1/signers HTTP/1.1\r\nHost: a\r\nContent-Type: application/cbor\r\nContent-Length: -1\r\n\r\n',
    'POST /v1/signers HTTP/1.1\r\nHost: a\r\nContent-Type: application/cbor\r\nContent-Length: 1e3\r\n\r\n',
    'POST /v1/signers HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
    'POST /v1/signers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
    'POST /v1/signers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n',
    'POST /v1/signers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
    'GET /v1/about HTTP/1.1\r\nHost: a\r\nBad Header: 1\r\n\r\n',
    'GET /v1/about\0 HTTP/1.1\r\nHost: a\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ];
  for (const text of broken) {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.end(text, 'latin1'));
      let all = '';
      socket.setTimeout(deadline, () => reject(new Error(`${base} hangs on ${JSON.stringify(text.slice(0, 60))}`)));
      socket.on('data', (chunk) => {
        all += chunk;
      });
      socket.on('close', () => resolve(all));
      socket.on('error', () => resolve(all));
    });
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 400);
    assert.ok(
      status >= 400 && status < 500,
      `${JSON.stringify(text.slice(0, 60))} was answered ${answer.slice(0, 80)}`,
    );
    note(tally, `broken HTTP ${status}`);
  }
}

async function operationsOf(base: string): Promise<Operation[]> {
  const response = await fetch(`${base}/openapi.json`);
  const { paths: described } = (await response.json()) as { paths: Record<string, Record<string, Described>> };
  return Object.entries(described).flatMap(([path, methods]) => {
    const offered = Object.keys(methods).map((method) => method.toUpperCase());
    return Object.values(methods).map(({ requestBody }) => {
      const [mediaType = null] = Object.keys(requestBody?.content ?? {});
      const schema = (mediaType === null ? undefined : requestBody?.content[mediaType]?.schema) ?? {};
      const maxBytes = Number(/\d+/.exec(requestBody?.description ?? '')?.[0] ?? 0);
      return { url: base + path, offered, mediaType, schema, maxBytes };
    });
  });
}

interface Described {
  requestBody?: { description: string; content: Record<string, { schema: Schema }> };
}

async function* chunks(total: number): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < total; sent += 16_384) yield new Uint8Array(16_384);
}

function note(tally: Tally, code: string): void {
  tally.requests += 1;
  tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
}

const describe = (body: Sent['body']): string =>
  body instanceof Uint8Array ? `${body.length} bytes ${Buffer.from(body.subarray(0, 80)).toString('hex')}` : 'a stream';
