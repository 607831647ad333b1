import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { createLogger } from '@symbolon/service';
import { Frames } from './frames.ts';
import { loadRelease } from './release.ts';
import { start } from './start.ts';
import { connect, testRegistry, testRelease } from './testing.ts';

const releaseDir = testRelease();
const registry = await testRegistry({ id: 'shop', origins: ['https://shop.example', 'http://dapp.localhost:1'] });
const config = { releaseDir, host: '127.0.0.1', port: 0, logLevel: 'error' } as const;
const operations = { host: '127.0.0.1', port: 0 };
const host = await start({ ...config, cloudUrl: registry.url, operations });
after(async () => {
  await host.stop();
  registry.close();
  rmSync(releaseDir, { recursive: true });
});

const get = (path: string, init: RequestInit = {}) => fetch(host.url + path, init);

const policy = (frames: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${connect.join(' ')}`,
    "worker-src 'self'",
    `frame-ancestors ${frames}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types symbolon-worker',
  ].join('; ');

function assertHeaders(headers: Headers, { frames = "'none'", opener = 'same-origin', open = false } = {}, what = '') {
  assert.equal(headers.get('content-security-policy'), policy(frames), what);
  assert.equal(headers.get('cross-origin-opener-policy'), opener, what);
  assert.equal(headers.get('cross-origin-resource-policy'), open ? 'cross-origin' : 'same-origin', what);
  assert.equal(headers.get('access-control-allow-origin'), open ? '*' : null, what);
  assert.equal(headers.get('referrer-policy'), 'no-referrer', what);
  assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
  assert.match(headers.get('permissions-policy') ?? '', /camera=\(\).*microphone=\(\).*usb=\(\)/, what);
  assert.equal(headers.get('set-cookie'), null, what);
  assert.equal(headers.get('server'), null, what);
  assert.equal(headers.get('x-powered-by'), null, what);
}

test('every document is served at its address, with exactly its headers', async () => {
  for (const [address, title, expected] of [
    ['/', 'account', {}],
    ['/?then=close', 'account', {}],
    ['/callback?code=1&state=2', 'account', {}],
    ['/approve', 'approve', { opener: 'unsafe-none' }],
    ['/dialog/shop', 'dialog', { frames: 'https://shop.example http://dapp.localhost:1' }],
    ['/dialog/unknown', 'dialog', {}],
  ] as const) {
    const response = await get(address);
    assert.equal(response.status, 200, address);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(response.headers.get('cache-control'), 'no-cache');
    assert.match(await response.text(), new RegExp(`<title>${title}</title>`));
    assertHeaders(response.headers, expected, address);
  }
});

test('files are served as what they are; those with their hash in their name for ever', async () => {
  const forever = 'public, max-age=31536000, immutable';
  for (const [path, type, caching] of [
    ['/assets/account.ABCDEFGH.js', 'text/javascript; charset=utf-8', forever],
    ['/assets/icon.ABCDEFGH.svg', 'image/svg+xml', forever],
    ['/descriptors/0123456789abcdef.json', 'application/json', forever],
    ['/config.json', 'application/json', 'no-cache'],
    ['/release.json', 'application/json', 'no-cache'],
    ['/sw.js', 'text/javascript; charset=utf-8', 'no-cache'],
  ] as const) {
    const response = await get(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('content-type'), type);
    assert.equal(response.headers.get('cache-control'), caching, path);
    assertHeaders(response.headers, {}, path);
  }
  const chains = await get('/chains.json');
  assertHeaders(chains.headers, { open: true });
});

test('what is refused carries the same headers', async () => {
  for (const [path, init, status] of [
    ['/nothing', {}, 404],
    ['/account.html', {}, 404],
    ['/dialog.html', {}, 404],
    ['/dialog/', {}, 404],
    ['/dialog/UPPER', {}, 404],
    ['/dialog/shop/more', {}, 404],
    ['/assets/%2e%2e/config.json', {}, 200],
    ['/assets/..%2fconfig.json', {}, 404],
    ['//config.json', {}, 404],
    ['/metrics', {}, 404],
    ['/healthz', {}, 404],
    ['/openapi.json', {}, 404],
    ['/', { method: 'POST', body: 'x' }, 405],
    ['/config.json', { method: 'DELETE' }, 405],
    ['/config.json', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }, 405],
  ] as const) {
    const response = await get(path, init);
    assert.equal(response.status, status, path);
    assertHeaders(response.headers, {}, path);
    if (status !== 200) assert.equal(response.headers.get('cache-control'), 'no-store');
    if (status === 405) assert.equal(response.headers.get('allow'), 'GET, HEAD');
  }
});

test('so does what is refused before it is a request', async () => {
  for (const [sent, status] of [
    ['GARBAGE\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const said = await raw(sent);
    assert.match(said, new RegExp(`^HTTP/1.1 ${status} `), sent.slice(0, 20));
    const headers = new Headers(
      said
        .split('\r\n\r\n', 1)[0]
        ?.split('\r\n')
        .slice(1)
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    );
    assertHeaders(headers, {}, sent.slice(0, 20));
  }
});

test('no header of an asker changes what is answered', async () => {
  const response = await get('/dialog/shop', {
    headers: {
      'x-forwarded-host': 'evil.example',
      origin: 'https://evil.example',
      cookie: 'a=b',
      referer: 'https://evil.example/',
    },
  });
  assertHeaders(response.headers, { frames: 'https://shop.example http://dapp.localhost:1' });
  assert.ok(!(await response.text()).includes('evil'));
});

test('HEAD says the same without the body, a known ETag gives 304', async () => {
  const whole = await get('/');
  const head = await get('/', { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
  const etag = whole.headers.get('etag') ?? '';
  const known = await get('/', { headers: { 'if-none-match': etag } });
  assert.equal(known.status, 304);
  const weakened = await get('/', { headers: { 'if-none-match': `"other", W/${etag}` } });
  assert.equal(weakened.status, 304);
  assert.equal((await get('/', { headers: { 'if-none-match': '"other"' } })).status, 200);
  for (const { headers } of [head, known]) assertHeaders(headers);
});

test('the smallest form that the browser reads is sent', async () => {
  for (const [accepts, encoding] of [
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ] as const) {
    const response = await get('/', { headers: { 'accept-encoding': accepts } });
    assert.equal(response.headers.get('content-encoding'), encoding);
    assert.equal(response.headers.get('vary'), 'Accept-Encoding');
    assert.match(await response.text(), /<title>account/);
  }
});

test('an unreachable registry lets nobody frame the dialog, and what is known serves for a minute', async () => {
  const log = createLogger({ party: 'test', fields: [], write: () => undefined });
  const time = { now: 0 };
  const frames = new Frames(registry.url, log, () => time.now);
  const before = registry.state.asked;
  const known = ['https://shop.example', 'http://dapp.localhost:1'];
  const [first, second] = await Promise.all([frames.of('shop'), frames.of('shop')]);
  assert.deepEqual([first, second], [known, known]);
  assert.equal(registry.state.asked - before, 1, 'those who ask at once share one question');

  registry.state.fails = true;
  time.now = 59_999;
  assert.deepEqual(await frames.of('shop'), known);
  time.now = 60_001;
  assert.deepEqual(await frames.of('shop'), []);
  registry.state.fails = false;
  assert.deepEqual(await frames.of('shop'), [], 'not asked again at once');
  time.now = 66_000;
  assert.deepEqual(await frames.of('shop'), known);

  const nowhere = new Frames('http://127.0.0.1:1', log, () => time.now);
  assert.deepEqual(await nowhere.of('shop'), []);
});

test('a flood of made-up apps keeps nobody from a registered one’s dialog', async () => {
  const log = createLogger({ party: 'test', fields: [], write: () => undefined });
  const time = { now: 0 };
  const frames = new Frames(registry.url, log, () => time.now);
  await frames.of('shop');
  const before = registry.state.asked;
  for (let round = 0; round < 40; round += 1) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => frames.of(`flood-${round}-${index}`)));
  }
  assert.ok(registry.state.asked - before <= 1_200);
  time.now = 60_001;
  assert.equal((await frames.of('shop')).length, 2);
});

test('health and metrics are served on a port of their own', async () => {
  const ready = await fetch(`${host.operations}/readyz`);
  assert.equal(ready.status, 200);
  const metrics = await (await fetch(`${host.operations}/metrics`)).text();
  assert.match(metrics, /page_requests_total\{kind="document",status="200"\} \d/);
});

test('a release with a changed file is not served at all', async () => {
  const damaged = testRelease();
  appendFileSync(join(damaged, 'assets', 'account.ABCDEFGH.js'), ' ');
  assert.throws(() => loadRelease(damaged), { code: 'release-damaged' });
  await assert.rejects(start({ ...config, releaseDir: damaged, cloudUrl: registry.url, operations }), {
    code: 'release-damaged',
  });
  rmSync(damaged, { recursive: true });
});

async function raw(sent: string): Promise<string> {
  const socket = connectTo(Number(new URL(host.url).port), '127.0.0.1');
  socket.write(sent);
  const timer = setTimeout(() => socket.end(), 500);
  const said = await text(socket);
  clearTimeout(timer);
  return said;
}
