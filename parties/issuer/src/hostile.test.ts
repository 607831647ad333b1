import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Agent, ask, begin } from './testAgent.ts';
import { World } from './testWorld.ts';

let world: World;
let agent: Agent;
let path: string;
before(async () => {
  world = await World.start({ requestsPerMinute: 1_000_000 });
  agent = new Agent(world);
  path = await begin(agent, await ask(world));
});
after(() => world[Symbol.asyncDispose]());

test("the issuer's addresses are its own, whatever Host a stranger writes", async () => {
  const { port, host } = new URL(world.url);
  const request = get({
    port,
    host: '127.0.0.1',
    path: '/.well-known/openid-configuration',
    headers: { host: 'evil.test' },
  });
  const [response] = await once(request, 'response');
  const text = String(Buffer.concat(await response.toArray()));
  assert.equal(text.includes('evil.test'), false);
  assert.ok(JSON.parse(text).jwks_uri.includes(host));
});

const STEPS = ['email', 'code', 'consent', 'abort'] as const;
const json = { Accept: 'application/json', 'Content-Type': 'application/json' };

test('a body that is not what a step takes is refused by a code that says how', async () => {
  const form = { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' };
  const cases: [Record<string, string>, string, number, string][] = [
    [json, '', 400, 'malformed-body'],
    [json, '{', 400, 'malformed-body'],
    [json, '[]', 422, 'bad-field'],
    [json, 'null', 422, 'bad-field'],
    [json, '{}', 422, 'bad-field'],
    [json, '{"email":1}', 422, 'bad-field'],
    [json, '{"email":"x"}', 422, 'bad-field'],
    [json, '{"email":"a@b.test","admin":true}', 422, 'bad-field'],
    [json, '{"email":"\\ud800@b.test"}', 422, 'bad-field'],
    [json, '{"email":"a@b.test\\r\\nBcc: c@d.test"}', 422, 'bad-field'],
    [json, `{"email":${'['.repeat(2000)}`, 400, 'malformed-body'],
    [json, `{"email":"${'a'.repeat(5000)}"}`, 413, 'body-too-large'],
    [form, 'email=a%40b.test&email=c%40d.test', 400, 'malformed-body'],
    [form, 'mail=a%40b.test', 422, 'bad-field'],
    [{ ...json, 'Content-Type': 'text/plain' }, 'x', 415, 'unsupported-media-type'],
    [{ ...json, 'Content-Type': 'application/cbor' }, '\u00a0', 415, 'unsupported-media-type'],
  ];
  for (const [headers, body, status, code] of cases) {
    const answer = await agent.send(`${path}/email`, { method: 'POST', headers, body });
    assert.deepEqual([answer.status, answer.json.code], [status, code], body.slice(0, 60));
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  }
  for (const code of ['12345', '1234567', '１２３４５６', '12345a', '-12345', '']) {
    assert.equal((await agent.post(`${path}/code`, { code })).json.code, 'bad-field');
  }
});

test('a form from another site is refused, also one without an origin to name', async () => {
  for (const Origin of ['https://evil.example', 'null']) {
    const answer = await agent.send(`${path}/abort`, { method: 'POST', headers: { ...json, Origin }, body: '{}' });
    assert.deepEqual([answer.status, answer.json.code], [403, 'foreign-origin']);
  }
});

test('whoever has no cookie of a sign-in is not in it', async () => {
  for (const target of [path, '/interaction/unknown', '/interaction/%00', '/interaction/%ff']) {
    const answer = await new Agent(world).get(target);
    assert.ok([400, 404].includes(answer.status) && answer.json.code, `${target}: ${answer.text}`);
  }
  const forged = await agent.send(path, {
    headers: { Accept: 'application/json', Cookie: '_interaction=x; _interaction.sig=y' },
  });
  assert.equal(forged.json.code, 'no-such-sign-in');
});

test('what is not there is a 404 with a code, as JSON or as a page', async () => {
  assert.equal((await agent.get('/nothing')).json.code, 'not-found');
  assert.match((await agent.get('/nothing', 'text/html')).text, /Go back to the app/);
  assert.equal((await agent.get('/interaction/x/y/z')).json.code, 'not-found');
});

test('no body at any endpoint is answered by a 5xx', async () => {
  const target = fc.oneof(
    fc.constantFrom(...STEPS.map((step) => `${path}/${step}`)).filter((url) => !url.endsWith('abort')),
    fc.constantFrom('/token', '/token/revocation', '/auth', '/jwks', '/auth/x', '/.well-known/openid-configuration'),
    fc.webPath().map((text) => text || '/'),
  );
  const body = fc.oneof(
    fc.json().map((text) => ({ type: 'application/json', text })),
    fc.string({ unit: 'binary', maxLength: 300 }).map((text) => ({ type: 'application/json', text })),
    fc
      .dictionary(
        fc.constantFrom('grant_type', 'code', 'refresh_token', 'client_id', 'redirect_uri', 'token', 'email', 'scope'),
        fc.oneof(
          fc.constantFrom('wallet', 'authorization_code', 'refresh_token', 'openid'),
          fc.string({ unit: 'binary' }),
        ),
      )
      .map((fields) => ({
        type: 'application/x-www-form-urlencoded',
        text: Object.entries(fields)
          .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
          .join('&'),
      })),
    fc.string({ maxLength: 40 }).map((text) => ({ type: 'application/x-www-form-urlencoded', text })),
  );
  await fc.assert(
    fc.asyncProperty(target, body, fc.constantFrom('POST', 'PUT', 'DELETE', 'OPTIONS'), async (url, sent, method) => {
      const headers = { Accept: 'application/json', 'Content-Type': sent.type };
      const answer = await agent.send(url, { method, headers, body: sent.text });
      assert.ok(answer.status < 500, `${method} ${url} ${sent.text}: ${answer.status}`);
    }),
    { seed: 1, numRuns: 600 },
  );
  assert.doesNotMatch(world.output, /server-error/);
});

test('no authorisation request is answered by a 5xx', async () => {
  const good = (await ask(world)).url;
  const names = [
    ...good.searchParams.keys(),
    'max_age',
    'claims',
    'request',
    'request_uri',
    'id_token_hint',
    'login_hint',
  ];
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.json(),
    fc.constantFrom('-1', '1e999', 'none'),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), value, fc.boolean(), async (name, text, again) => {
      const url = new URL(good);
      if (again) url.searchParams.append(name, text);
      else url.searchParams.set(name, text);
      const answer = await agent.get(url);
      assert.ok(answer.status < 500, `${url}: ${answer.status} ${answer.text}`);
    }),
    { seed: 1, numRuns: 300 },
  );
  assert.doesNotMatch(world.output, /server-error/);
});

test('a request that is no HTTP, or no URL, ends its connection and nothing else', async () => {
  for (const lines of [
    'GARBAGE\r\n\r\n',
    'GET // HTTP/1.1\r\nHost: \r\n\r\n',
    'GET /auth?%%% HTTP/1.1\r\nHost: [::\r\n\r\n',
  ]) {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
    socket.write(lines);
    const [chunk] = await once(socket, 'data');
    assert.match(String(chunk), /^HTTP\/1\.1 4\d\d /, lines);
    socket.destroy();
  }
  assert.equal((await agent.get('/readyz')).status, 200);
});

test('health, readiness, metrics and the API description are served, and the metrics name nobody', async () => {
  await agent.post(`${path}/email`, { email: 'canary@example.test' });
  assert.deepEqual((await agent.get('/healthz')).json, { status: 'ok' });
  assert.deepEqual((await agent.get('/readyz')).json, { status: 'ready' });
  assert.equal((await agent.get('/openapi.json')).json.openapi, '3.1.0');
  const metrics = (await agent.get('/metrics')).text;
  assert.match(metrics, /^codes_sent_total 1$/m);
  assert.doesNotMatch(metrics + world.output, /canary/);
});

test('without a mail server the person is told to try again, and the issuer lives on', async () => {
  await world.stopMailbox();
  const fresh = new Agent(world);
  const begun = await begin(fresh, await ask(world));
  const answer = await fresh.post(`${begun}/email`, { email: 'down@example.test' });
  assert.deepEqual([answer.status, answer.json.code], [503, 'mail-unavailable']);
  assert.match(world.output, /"event":"mail-failed"/);
  assert.doesNotMatch(world.output, /down@example/);
});

test('a request that its sender breaks off is one JSON line of the log, as everything is', async () => {
  const { port } = new URL(world.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100';
  socket.end(`POST /token HTTP/1.1\r\nHost: x\r\n${form}\r\n\r\ngrant_type=x`);
  socket.resume();
  await once(socket, 'close');
  for (let tries = 0; tries < 100 && !world.output.includes('request-broken'); tries++) await sleep(20);
  assert.ok(world.output.includes('request-broken'));
  for (const line of world.output.split('\n').filter(Boolean)) JSON.parse(line);
});
