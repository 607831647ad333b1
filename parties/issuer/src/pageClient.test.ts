import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent, ask, begin, refresh, resume } from './testAgent.ts';
import { CALLBACK, PAGE_CALLBACK, World } from './testWorld.ts';

let world: World;
before(async () => {
  world = await World.start();
});
after(() => world[Symbol.asyncDispose]());

const page = { client_id: 'page', redirect_uri: PAGE_CALLBACK };

/** Signs in at the page by code, which asks for consent as well. */
async function signInAtPage(agent: Agent, email: string) {
  const request = await ask(world, page);
  const path = await begin(agent, request);
  await agent.post(`${path}/email`, { email });
  const done = await agent.post(`${path}/code`, { code: await world.lastCode(email) });
  return request.finish(await resume(agent, done.json.redirectTo));
}

/** Where the issuer sends a browser at once, without a page. */
async function sentTo(agent: Agent, url: URL): Promise<string> {
  const { status, headers } = await agent.get(url);
  assert.equal(status, 303);
  return headers.get('location') ?? '';
}

/** Leaves out `prompt=consent`: the page goes on where the person agreed before. */
async function askQuietly(more: Record<string, string> = {}) {
  const request = await ask(world, { ...page, ...more });
  if (more.prompt === undefined) request.url.searchParams.delete('prompt');
  return request;
}

test('who agreed at a page goes on there without a click, for as long as they are signed in at the issuer', async () => {
  const agent = new Agent(world);
  const first = await signInAtPage(agent, 'ann@example.test');
  for (const quiet of [{}, { prompt: 'none' }]) {
    const request = await askQuietly(quiet);
    const back = await sentTo(agent, request.url);
    assert.ok(back.startsWith(`${PAGE_CALLBACK}?code=`), back);
    const tokens = await request.finish(back);
    assert.equal(tokens.claims()?.sub, first.claims()?.sub);
    assert.equal(tokens.claims()?.auth_time, first.claims()?.auth_time);
    assert.ok(tokens.refresh_token, 'it is a whole sign-in');
  }
});

test('a sign-in without a click has a family of its own: a replay in the one does not end the other', async () => {
  const agent = new Agent(world);
  const first = await signInAtPage(agent, 'bob@example.test');
  const request = await askQuietly();
  const quiet = await request.finish(await sentTo(agent, request.url));
  await refresh(world, first.refresh_token, 'page');
  await assert.rejects(refresh(world, first.refresh_token, 'page'), { error: 'invalid_grant' });
  assert.ok((await refresh(world, quiet.refresh_token, 'page')).id_token);
});

test('nobody goes on unseen who is not signed in, has not agreed, or is asked for anew', async () => {
  const stranger = new Agent(world);
  const refused = await sentTo(stranger, (await askQuietly({ prompt: 'none' })).url);
  assert.match(refused, /callback\?error=login_required/);
  const agent = new Agent(world);
  await signInAtPage(agent, 'cat@example.test');
  assert.match(await sentTo(agent, (await askQuietly({ prompt: 'consent' })).url), /^\/interaction\//);
  assert.match(await sentTo(agent, (await askQuietly({ prompt: 'login' })).url), /^\/interaction\//);
  // The native app of the same issuer was never agreed to, and asks each time in any case.
  const native = await ask(world, { prompt: 'none' });
  assert.match(await sentTo(agent, native.url), /error=(?:interaction|consent)_required/);
});

test('a redirect to the machine’s own address takes the person each time: any program may listen there', async () => {
  const agent = new Agent(world);
  await signInAtPage(agent, 'dan@example.test');
  const request = await askQuietly({ redirect_uri: CALLBACK });
  assert.match(await sentTo(agent, request.url), /^\/interaction\//);
});

test('a page’s redirects are exact', async () => {
  const agent = new Agent(world);
  for (const uri of [
    `${PAGE_CALLBACK}/`,
    PAGE_CALLBACK.replace('5173', '5174'),
    `${CALLBACK}?x`,
    'http://127.0.0.1:9/callback',
  ]) {
    const { status, json } = await agent.get((await ask(world, { ...page, redirect_uri: uri })).url);
    assert.deepEqual([status, json.error], [400, 'invalid_redirect_uri'], uri);
  }
});

test('the forms may lead back to the page, and nowhere else', async () => {
  const agent = new Agent(world);
  const path = await begin(agent, await ask(world, page));
  const policy = (await agent.get(path, 'text/html')).headers.get('content-security-policy') ?? '';
  assert.match(policy, /form-action 'self' http:\/\/wallet\.localhost:5173;/);
});
