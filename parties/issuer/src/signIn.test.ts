import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Agent, ask, begin, discover, refresh, resume, signIn, THUMBPRINT } from './testAgent.ts';
import { WALLET_ORIGIN, World } from './testWorld.ts';

let world: World;
before(async () => {
  world = await World.start({
    networkAndMailbox: { quarterHour: 50, day: 50 },
    mailbox: { quarterHour: 50, day: 50 },
    network: { quarterHour: 500, day: 500 },
  });
});
after(() => world[Symbol.asyncDispose]());

const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

test('a sign-in by code gives an ES256 ID token of 300 s with nonce, auth_time and the proven mailbox', async () => {
  const tokens = await signIn(world, new Agent(world), 'Ann@Example.test');
  const keys = createRemoteJWKSet(new URL('/jwks', world.url));
  const { payload, protectedHeader } = await jwtVerify(tokens.id_token ?? '', keys, {
    issuer: world.url,
    audience: 'wallet',
    algorithms: ['ES256'],
  });
  assert.ok(protectedHeader.kid);
  assert.equal(Number(payload.exp) - Number(payload.iat), 300);
  assert.equal(payload.nonce, THUMBPRINT);
  assert.ok(Math.abs(Number(payload.auth_time) - Date.now() / 1000) < 10);
  assert.equal(payload.email, 'ann@example.test');
  assert.equal(payload.email_verified, true);
  assert.match(payload.sub ?? '', /^[\w-]{22}$/);
});

test('the same mailbox is the same sub however it is spelled, and another mailbox another', async () => {
  const subs = [];
  for (const email of ['ann@example.test', ' ANN@EXAMPLE.TEST ', 'bob@example.test']) {
    const request = await ask(world);
    const agent = new Agent(world);
    const path = await begin(agent, request);
    const { json } = await agent.post(`${path}/email`, { email });
    const done = await agent.post(`${path}/code`, { code: await world.lastCode(String(json.email)) });
    const tokens = await request.finish(await resume(agent, done.json.redirectTo));
    subs.push(tokens.claims()?.sub);
  }
  assert.equal(subs[0], subs[1]);
  assert.notEqual(subs[0], subs[2]);
});

test('a browser without script signs in by the forms alone', async () => {
  const agent = new Agent(world);
  const request = await ask(world);
  const path = await begin(agent, request);
  const first = await agent.get(path, 'text/html');
  assert.match(first.text, /<form method="post" action="[^"]+\/email">/);
  assert.match(first.text, /Wallet &amp; Co/);
  assert.doesNotMatch(first.text, /<script/);
  const policy = first.headers.get('content-security-policy') ?? '';
  assert.match(
    policy,
    /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/127\.0\.0\.1:49152;/,
  );

  const asked = await agent.submit(`${path}/email`, { email: 'form@example.test' });
  assert.deepEqual([asked.status, asked.headers.get('location')], [303, path]);
  assert.match((await agent.get(path, 'text/html')).text, /autocomplete="one-time-code"/);
  const code = await world.lastCode('form@example.test');
  const refused = await agent.submit(`${path}/code`, { code: wrong(code) });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /role="alert">That is not the code\. Look again: 4 tries left\./);
  const done = await agent.submit(`${path}/code`, { code: `${code.slice(0, 3)} ${code.slice(3)}` });
  assert.equal(done.status, 303);
  const tokens = await request.finish(await resume(agent, done.headers.get('location')));
  assert.equal(tokens.claims()?.email, 'form@example.test');
});

test('the mail names the code, the app, and that nobody will ask for it', async () => {
  await signIn(world, new Agent(world), 'mail@example.test');
  const response = await fetch(`${world.mailbox}/api/messages?to=mail@example.test`);
  const [mail] = (await response.json()) as { text: string; from: string }[];
  assert.match(mail?.text ?? '', /Wallet & Co/);
  assert.match(mail?.text ?? '', /Nobody will ever ask you for this code/);
});

test('a request without PKCE, by an unknown client or to an unknown redirect gets no sign-in', async () => {
  const agent = new Agent(world);
  const { url } = await ask(world);
  for (const [name, value] of [
    ['code_challenge', undefined],
    ['code_challenge_method', 'plain'],
    ['client_id', 'nobody'],
    ['redirect_uri', 'https://evil.example/callback'],
    ['response_type', 'id_token'],
  ] as const) {
    const bad = new URL(url);
    if (value === undefined) bad.searchParams.delete(name);
    else bad.searchParams.set(name, value);
    const { status, headers, json } = await agent.get(bad);
    const told = headers.get('location') ?? '';
    assert.ok(status === 400 ? json.error : /[?#&]error=/.test(told), `${name}: ${status} ${told}`);
    assert.doesNotMatch(told, /^\/interaction|evil/);
  }
});

test('a refresh rotates the token and gives a fresh ID token of the same sign-in', async () => {
  const first = await signIn(world, new Agent(world), 'refresh@example.test');
  const second = await refresh(world, first.refresh_token);
  assert.ok(second.refresh_token && second.refresh_token !== first.refresh_token);
  const [before, now] = [first.claims(), second.claims()];
  assert.deepEqual([now?.sub, now?.auth_time], [before?.sub, before?.auth_time]);
  assert.equal(Number(now?.exp) - Number(now?.iat), 300);
  assert.equal(now?.email, 'refresh@example.test');
});

test('a rotated refresh token shown again ends its family, and no other sign-in of the person', async () => {
  const agent = new Agent(world);
  const first = await signIn(world, agent, 'family@example.test');
  const elsewhere = await signIn(world, new Agent(world), 'family@example.test');
  const second = await refresh(world, first.refresh_token);
  await assert.rejects(refresh(world, first.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(refresh(world, second.refresh_token), { error: 'invalid_grant' });
  assert.ok((await refresh(world, elsewhere.refresh_token)).id_token);
});

test('a refresh token used many times at once gives no living token', async () => {
  const { refresh_token } = await signIn(world, new Agent(world), 'race@example.test');
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => refresh(world, refresh_token)));
  const given = results.filter((result) => result.status === 'fulfilled').map((result) => result.value.refresh_token);
  assert.ok(given.length <= 1);
  for (const token of given) await assert.rejects(refresh(world, token), { error: 'invalid_grant' });
});

test('an authorisation code works once, and its replay ends what it gave', async () => {
  const agent = new Agent(world);
  const request = await ask(world);
  const path = await begin(agent, request);
  await agent.post(`${path}/email`, { email: 'once@example.test' });
  const done = await agent.post(`${path}/code`, { code: await world.lastCode('once@example.test') });
  const callback = await resume(agent, done.json.redirectTo);
  const tokens = await request.finish(callback);
  await assert.rejects(request.finish(callback), { error: 'invalid_grant' });
  await assert.rejects(refresh(world, tokens.refresh_token), { error: 'invalid_grant' });
});

test('five wrong codes end the sign-in, also for the right code, and the owner just begins again', async () => {
  const agent = new Agent(world);
  const path = await begin(agent, await ask(world));
  await agent.post(`${path}/email`, { email: 'five@example.test' });
  const code = await world.lastCode('five@example.test');
  const outcomes = [];
  for (let n = 0; n < 5; n++) outcomes.push((await agent.post(`${path}/code`, { code: wrong(code) })).json);
  assert.deepEqual(
    outcomes.map(({ code, triesLeft }) => [code, triesLeft]),
    [
      ['wrong-code', 4],
      ['wrong-code', 3],
      ['wrong-code', 2],
      ['wrong-code', 1],
      ['too-many-tries', 0],
    ],
  );
  assert.equal((await agent.post(`${path}/code`, { code })).json.code, 'too-many-tries');
  assert.equal((await agent.post(`${path}/email`, { email: 'five@example.test' })).json.code, 'too-many-tries');
  assert.ok((await signIn(world, agent, 'five@example.test')).id_token);
});

test('a code is good in the sign-in it was sent for, and in no other', async () => {
  const [mine, theirs] = [new Agent(world), new Agent(world)];
  const [here, there] = [await begin(mine, await ask(world)), await begin(theirs, await ask(world))];
  await mine.post(`${here}/email`, { email: 'bound@example.test' });
  const code = await world.lastCode('bound@example.test');
  assert.equal((await theirs.post(`${there}/code`, { code })).json.code, 'code-not-sent');
  await theirs.post(`${there}/email`, { email: 'other@example.test' });
  if (code !== (await world.lastCode('other@example.test'))) {
    assert.equal((await theirs.post(`${there}/code`, { code })).json.code, 'wrong-code');
  }
  // Knowing the address of someone's sign-in is not being in it: that takes their cookie.
  assert.equal((await theirs.post(`${here}/code`, { code })).json.code, 'no-such-sign-in');
  assert.equal((await mine.post(`${here}/code`, { code })).json.step, 'done');
});

test('of two right answers at once one counts', async () => {
  const agent = new Agent(world);
  const path = await begin(agent, await ask(world));
  await agent.post(`${path}/email`, { email: 'twice@example.test' });
  const code = await world.lastCode('twice@example.test');
  const answers = await Promise.all([1, 2, 3].map(() => agent.post(`${path}/code`, { code })));
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [200, 409, 409],
  );
});

test('a browser that is signed in goes on by one click, and never without', async () => {
  const agent = new Agent(world);
  const first = await signIn(world, agent, 'click@example.test');
  const request = await ask(world);
  const path = await begin(agent, request);
  const { json } = await agent.get(path);
  assert.deepEqual([json.step, json.email], ['consent', 'click@example.test']);
  const done = await agent.post(`${path}/consent`, {});
  const second = await request.finish(await resume(agent, done.json.redirectTo));
  assert.equal(second.claims()?.auth_time, first.claims()?.auth_time);
  assert.notEqual(second.refresh_token, first.refresh_token);
});

test('a request for a fresh sign-in is not met by a click', async () => {
  const agent = new Agent(world);
  await signIn(world, agent, 'fresh@example.test');
  const path = await begin(agent, await ask(world, { prompt: 'login consent' }));
  assert.equal((await agent.get(path)).json.step, 'email');
  assert.equal((await agent.post(`${path}/consent`, {})).json.code, 'code-required');
});

test('another person at the same browser gets their own account, without script', async () => {
  const agent = new Agent(world);
  const first = await signIn(world, agent, 'first@example.test');
  const second = await signIn(world, agent, 'second@example.test');
  assert.notEqual(first.claims()?.sub, second.claims()?.sub);
  assert.ok((await refresh(world, first.refresh_token)).id_token);
});

test('a person who cancels is back in the app with access_denied', async () => {
  const agent = new Agent(world);
  const path = await begin(agent, await ask(world));
  const { json } = await agent.post(`${path}/abort`, {});
  assert.match(await resume(agent, json.redirectTo), /^http:\/\/127\.0\.0\.1:49152\/callback\?error=access_denied/);
});

test('the token endpoint answers browsers of the configured origins alone', async () => {
  const { refresh_token } = await signIn(world, new Agent(world), 'cors@example.test');
  const call = (origin: string, token: string) =>
    fetch(`${world.url}/token`, {
      method: 'POST',
      headers: { Origin: origin },
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'wallet', refresh_token: token }),
    });
  const foreign = await call('https://evil.example', refresh_token ?? '');
  assert.equal(foreign.status, 400);
  assert.equal(foreign.headers.get('access-control-allow-origin'), null);
  const own = await call(WALLET_ORIGIN, refresh_token ?? '');
  assert.equal(own.status, 200);
  assert.equal(own.headers.get('access-control-allow-origin'), WALLET_ORIGIN);
});

test('an app can end its own sign-in, and not another app’s', async () => {
  const { refresh_token } = await signIn(world, new Agent(world), 'revoke@example.test');
  const revoke = (client: string) =>
    fetch(`${world.url}/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: client, token: refresh_token ?? '' }),
    });
  await revoke('other');
  const next = await refresh(world, refresh_token);
  assert.ok(next.refresh_token);
  assert.equal((await revoke('wallet')).status, 200);
  await assert.rejects(refresh(world, next.refresh_token), { error: 'invalid_grant' });
});

test('sessions, refresh tokens and keys outlive a crash', async () => {
  const agent = new Agent(world);
  const first = await signIn(world, agent, 'restart@example.test');
  await world.stopIssuer('SIGKILL');
  await world.startIssuer();
  const second = await refresh(world, first.refresh_token);
  assert.equal(second.claims()?.sub, first.claims()?.sub);
  const path = await begin(agent, await ask(world));
  assert.equal((await agent.get(path)).json.step, 'consent');
});

test('the data folder holds no code and no token in the clear, and is the owner’s alone', async () => {
  const agent = new Agent(world);
  const tokens = await signIn(world, agent, 'disk@example.test');
  const path = await begin(agent, await ask(world, { prompt: 'login consent' }));
  await agent.post(`${path}/email`, { email: 'disk@example.test' });
  const code = await world.lastCode('disk@example.test');
  assert.equal(statSync(world.dataDir).mode & 0o777, 0o700);
  const names = readdirSync(world.dataDir);
  assert.ok(names.includes('issuer.sqlite'));
  for (const name of names) {
    const file = join(world.dataDir, name);
    assert.equal(statSync(file).mode & 0o077, 0, name);
    const bytes = readFileSync(file);
    assert.ok(!bytes.includes(tokens.refresh_token ?? 'absent') && !bytes.includes(tokens.access_token), name);
    // As SQLite would store it, as text of its own or inside JSON: digits alone may occur in any number.
    assert.ok(!new RegExp(`(?<![0-9])${code}(?![0-9])`).test(bytes.toString('latin1')), name);
  }
  const found = names.some((name) => readFileSync(join(world.dataDir, name)).includes('disk@example.test'));
  assert.ok(found, 'the control: what is in the clear is found');
});

test('the issuer says nothing but that it is ready, and ends well at SIGTERM', async () => {
  assert.ok((await discover(world)).serverMetadata().issuer);
  assert.equal(await world.stopIssuer('SIGTERM'), 0);
  const lines = world.output.trim().split('\n');
  assert.deepEqual(JSON.parse(lines[0] ?? ''), { event: 'ready', url: world.url });
  assert.deepEqual(
    lines.slice(1).map((line) => JSON.parse(line).event),
    ['stopping', 'stopped'],
  );
});
