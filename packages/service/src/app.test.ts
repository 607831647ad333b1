import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'cborg';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { octets } from './codec.ts';
import { ServiceError } from './errors.ts';
import { route } from './route.ts';
import { cbor, echoApp, message, post, refusal } from './testing.ts';

const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });

test('a good message reaches its handler, and the answer is CBOR that nobody may store', async () => {
  const { app, handled } = echoApp();
  const response = await app.fetch(post(message({ text: 'hello' })));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/cbor');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.deepEqual(decode(new Uint8Array(await response.arrayBuffer())), { text: 'hello' });
  assert.deepEqual(handled, ['hello']);
});

const stream = (...parts: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
const good = message({ text: 'x' });
const refused: [string, () => Request, string][] = [
  ['malformed CBOR', () => post(new Uint8Array([0xff, 1, 2])), '400 malformed'],
  ['an empty body', () => post(new Uint8Array(0)), '400 malformed'],
  ['a message of another schema', () => post(message({ text: 1 })), '400 malformed'],
  ['a message with a field too many', () => post(message({ text: 'x', more: 1 })), '400 malformed'],
  ['duplicate keys', () => post(new Uint8Array(Buffer.from('a26474657874617864746578746179', 'hex'))), '400 malformed'],
  ['JSON', () => post('{"text":"x"}', { 'content-type': 'application/json' }), '415 wrong-media-type'],
  ['a longer media type', () => post(good, { 'content-type': 'application/cbor-seq' }), '415 wrong-media-type'],
  ['no media type', () => new Request('http://t/v1/echo', { method: 'POST', body: good }), '415 wrong-media-type'],
  ['a body over the bound', () => post(new Uint8Array(1_001)), '413 too-large'],
  ['a declared length over the bound', () => post(good, { 'content-length': '1001' }), '413 too-large'],
  [
    'a body longer than declared and than the bound',
    () => post(new Uint8Array(2_000), { 'content-length': '5' }),
    '413 too-large',
  ],
  ['a length that is none', () => post(good, { 'content-length': '1e1' }), '400 body-incomplete'],
  [
    'chunks that together pass the bound',
    () => post(stream(new Uint8Array(600), new Uint8Array(600))),
    '413 too-large',
  ],
  [
    'a body whose sender gives up',
    () => post(new ReadableStream({ pull: (c) => c.error(new Error('gone')) })),
    '400 body-incomplete',
  ],
  ['another address', () => new Request('http://t/v1/other', { method: 'POST', body: good }), '404 not-found'],
  ['another method', () => new Request('http://t/v1/echo'), '405 method-not-allowed'],
  ['a method nobody knows', () => new Request('http://t/v1/echo', { method: 'PROPFIND' }), '405 method-not-allowed'],
];
for (const [what, request, expected] of refused) {
  test(`${what}: ${expected}, and no handler ran`, async () => {
    const { app, handled } = echoApp();
    assert.equal(await refusal(await app.fetch(request())), expected);
    assert.deepEqual(handled, []);
  });
}

test('405 names the methods there are', async () => {
  const response = await echoApp().app.fetch(new Request('http://t/v1/echo', { method: 'DELETE' }));
  assert.equal(response.headers.get('allow'), 'POST');
});

test('media type parameters and case do not matter, chunked bodies within the bound do arrive', async () => {
  const { app } = echoApp();
  assert.equal((await app.fetch(post(good, { 'content-type': 'Application/CBOR; x=y' }))).status, 200);
  assert.equal((await app.fetch(post(stream(good.subarray(0, 2), good.subarray(2))))).status, 200);
});

const endless = () => {
  const pulls = { count: 0 };
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    pulls.count += 1;
    controller.enqueue(new Uint8Array(400));
  };
  return { pulls, body: new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 }) };
};

test('an endless body is read to the bound, and one that declares too much is not read at all', async () => {
  const { app } = echoApp();
  const undeclared = endless();
  assert.equal(await refusal(await app.fetch(post(undeclared.body))), '413 too-large');
  assert.equal(undeclared.pulls.count, 3);
  const declared = endless();
  assert.equal(await refusal(await app.fetch(post(declared.body, { 'content-length': '9999' }))), '413 too-large');
  assert.equal(declared.pulls.count, 0);
});

test('a sender slower than the deadline: 408, and its message is not handled even if it arrives later', async () => {
  const { app, handled } = echoApp({ route: { timeoutMs: 20 } });
  const late = new ReadableStream<Uint8Array>({
    async start(controller) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      controller.enqueue(good);
      controller.close();
    },
  });
  assert.equal(await refusal(await app.fetch(post(late))), '408 request-timeout');
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.deepEqual(handled, []);
});

test('a handler slower than the deadline: 503 deadline, and its signal is aborted', async () => {
  let aborted = false;
  const slow = route({
    method: 'POST',
    path: '/v1/slow',
    summary: 'Never ends.',
    body: octets(0),
    answer: octets(0),
    maxBytes: 10,
    timeoutMs: 20,
    handler: (_, { signal }) =>
      new Promise(() =>
        signal.addEventListener('abort', () => {
          aborted = true;
        }),
      ),
  });
  const { app } = echoApp({ routes: [slow] });
  const headers = { 'content-type': 'application/octet-stream' };
  const response = await app.fetch(new Request('http://t/v1/slow', { method: 'POST', body: '', headers }));
  assert.equal(await refusal(response), '503 deadline');
  assert.equal(aborted, true);
});

const throwing = (thrown: unknown) =>
  route({
    method: 'GET',
    path: '/v1/throw',
    summary: 'Throws.',
    query: v.strictObject({}),
    answer: octets(0),
    timeoutMs: 1_000,
    handler: () => Promise.reject(thrown),
  });

test('what a handler throws for the caller is told, whatever its class', async () => {
  const own = new ServiceError({ status: 409, code: 'replayed', message: 'Used before.', hint: 'Make a new one.' });
  const foreign = Object.assign(new Error('No.'), { code: 'refused', status: 403, hint: 'Ask.' });
  for (const [thrown, expected] of [
    [own, '409 replayed'],
    [foreign, '403 refused'],
  ] as const) {
    const { app, lines } = echoApp({ routes: [throwing(thrown)] });
    assert.equal(await refusal(await app.fetch(new Request('http://t/v1/throw'))), expected);
    assert.equal(
      lines.some((line) => line.includes('"level":"error"')),
      false,
    );
  }
});

test('what it throws otherwise is 500 internal without a word of it, and logged under the reference that the caller gets', async () => {
  const canary = 'c0ffee'.repeat(11);
  const system = Object.assign(new Error(canary), { code: 'ENOENT', status: 'x', path: canary });
  for (const thrown of [new Error(canary), system, canary, { canary }, undefined]) {
    const { app, lines } = echoApp({ routes: [throwing(thrown)] });
    const response = await app.fetch(new Request('http://t/v1/throw'));
    const body = await response.clone().text();
    assert.equal(await refusal(response), '500 internal');
    assert.equal(`${body}${lines.join('')}`.includes('c0ffeec0ffee'), false);
    const reference = /[0-9a-f]{16}/.exec(body)?.[0] ?? 'none';
    assert.equal(lines.filter((line) => line.includes(reference) && line.includes('"level":"error"')).length, 1);
  }
});

test('a query route takes query and path parameters through one schema, and refuses a name given twice', async () => {
  const seen: unknown[] = [];
  const query = v.strictObject({
    number: v.pipe(v.string(), v.digits(), v.transform(Number)),
    after: v.optional(v.string()),
  });
  const receipts = route({
    method: 'GET',
    path: '/v1/receipts/:number',
    summary: 'A receipt.',
    query,
    answer: cbor(v.null()),
    timeoutMs: 1_000,
    handler: async (asked) => {
      seen.push(asked);
      return null;
    },
  });
  const { app } = echoApp({ routes: [receipts] });
  const get = (path: string) => app.fetch(new Request(`http://t/v1/receipts/${path}`));
  assert.equal((await get('7?after=x')).status, 200);
  assert.deepEqual(seen, [{ number: 7, after: 'x' }]);
  for (const bad of ['x', '7?after=1&after=2', '7?number=8', '7?more=1', '7?__proto__=1', '%ff']) {
    assert.equal(await refusal(await get(bad)), '400 malformed', bad);
  }
  assert.equal(seen.length, 1);
});

test('nobody can spend the limit of another address, whatever headers they send', async () => {
  const { app, handled } = echoApp({ route: { perMinute: 2 } });
  const send = (address: string, text: string) =>
    app.fetch(post(message({ text }), { 'x-forwarded-for': '10.0.0.2' }), from(address));
  for (let i = 0; i < 5; i += 1) await send('10.0.0.1', 'flood');
  const limited = await send('10.0.0.1', 'flood');
  assert.match(limited.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal(await refusal(limited), '429 rate-limited');
  assert.equal((await send('10.0.0.2', 'victim')).status, 200);
  assert.deepEqual(handled, ['flood', 'flood', 'victim']);
});

test('a route may let further origins in while it runs: there, and at no other route', async () => {
  const registered = new Set<string>();
  const open = route({
    method: 'POST',
    path: '/v1/open',
    summary: 'Open to registered pages.',
    body: cbor(v.null()),
    answer: cbor(v.null()),
    maxBytes: 10,
    timeoutMs: 1_000,
    origins: (origin) => registered.has(origin),
    handler: async () => null,
  });
  const { app } = echoApp({ app: { origins: ['https://wallet.example'] }, routes: [open] });
  const allowed = async (path: string, origin: string) => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const preflight = await app.fetch(new Request(`http://t${path}`, { method: 'OPTIONS', headers }));
    const call = await app.fetch(
      new Request(`http://t${path}`, {
        method: 'POST',
        body: message(null),
        headers: { origin, 'content-type': 'application/cbor' },
      }),
    );
    const told = [preflight, call].map(({ headers }) => headers.get('access-control-allow-origin'));
    assert.equal(told[0], told[1]);
    assert.equal(call.headers.get('vary'), 'Origin');
    return told[0] === origin;
  };
  assert.equal(await allowed('/v1/open', 'https://shop.example'), false);
  registered.add('https://shop.example');
  assert.equal(await allowed('/v1/open', 'https://shop.example'), true);
  assert.equal(await allowed('/v1/open', 'https://wallet.example'), true);
  assert.equal(await allowed('/v1/open', 'https://evil.example'), false);
  assert.equal(await allowed('/v1/echo', 'https://shop.example'), false);
  registered.clear();
  assert.equal(await allowed('/v1/open', 'https://shop.example'), false);
});

test('a page of a listed origin may call and read, one of another origin is told nothing', async () => {
  const { app } = echoApp({ app: { origins: ['https://wallet.example'] } });
  const preflight = (origin: string) =>
    app.fetch(
      new Request('http://t/v1/echo', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      }),
    );
  const listed = await preflight('https://wallet.example');
  assert.equal(listed.status, 204);
  assert.equal(listed.headers.get('access-control-allow-origin'), 'https://wallet.example');
  assert.equal(listed.headers.get('access-control-allow-methods'), 'POST');
  for (const origin of ['https://wallet.example.evil', 'http://wallet.example', 'null']) {
    const other = await preflight(origin);
    assert.equal(other.headers.get('access-control-allow-origin'), null);
    assert.equal(other.status, 405);
  }
  const refusedToo = await app.fetch(post(new Uint8Array(0), { origin: 'https://wallet.example' }));
  assert.equal(refusedToo.headers.get('access-control-allow-origin'), 'https://wallet.example');
  assert.equal(refusedToo.headers.get('vary'), 'Origin');
  assert.throws(() => echoApp({ app: { origins: ['*'] } }), /not a web origin/);
});

test('health says that the process lives, readiness whether it can serve', async () => {
  let ready = true;
  const { app } = echoApp({
    app: {
      ready: () => {
        if (!ready) throw new Error('store');
        return true;
      },
    },
  });
  const status = async (path: string) => (await app.fetch(new Request(`http://t${path}`))).status;
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [200, 200]);
  ready = false;
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [200, 503]);
});

test('a path that could carry data into the log, or that a message cannot name, is not a route', () => {
  const at = (path: string) =>
    route({
      method: 'POST',
      path,
      summary: '',
      body: octets(),
      answer: octets(),
      maxBytes: 1,
      timeoutMs: 1,
      handler: async (m) => m,
    });
  for (const path of ['v1', '/v1/:wallet', '/V1', '/v1/', '/v1//x', '/*'])
    assert.throws(() => at(path), RangeError, path);
  assert.equal(at('/v1/mail-code').path, '/v1/mail-code');
});

test('no bytes whatever make an answer of 5xx', async () => {
  const { app } = echoApp();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.string(), async (bytes, type) => {
      const header = /^[\x20-\x7e]*$/.test(type) ? type : 'application/cbor';
      for (const contentType of ['application/cbor', header]) {
        const { status } = await app.fetch(post(new Uint8Array(bytes), { 'content-type': contentType }));
        assert.ok(status === 200 || (status >= 400 && status < 500));
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
