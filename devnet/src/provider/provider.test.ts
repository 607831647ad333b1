import assert from 'node:assert/strict';
import { createHash, createPublicKey, type JsonWebKey, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeJson } from '../home.ts';
import { freePorts } from '../ports.ts';
import { launch, type Running } from '../process.ts';

const folder = mkdtempSync(join(tmpdir(), 'provider-'));
const origin = 'http://wallet.localhost:5173';
const redirect = `${origin}/callback`;
let url: string;
let running: Running;

before(async () => {
  const { issuer: port } = await freePorts();
  url = `http://127.0.0.1:${port}`;
  const clients = [{ id: 'wallet', name: 'Wallet & Co', redirectUris: [redirect], origins: [origin] }];
  writeJson(join(folder, 'config.json'), { dataDir: folder, url, port, clients });
  await start();
});
after(async () => {
  await running.stop();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  const script = join(import.meta.dirname, 'main.ts');
  const logFile = join(folder, 'log');
  running = await launch({ name: 'provider', script, args: [join(folder, 'config.json')], logFile });
}

/** A browser's part: cookies by name, whatever their path, and no redirect followed. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async go(path: string, form?: Record<string, string>, from = url): Promise<Response> {
    const response = await fetch(new URL(path, url), {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '), origin: from },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return response;
  }
}

const verifier = randomBytes(32).toString('base64url');
const request = `/auth?${new URLSearchParams({
  client_id: 'wallet',
  response_type: 'code',
  redirect_uri: redirect,
  scope: 'openid email offline_access',
  nonce: 'the-nonce',
  state: 's',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
})}`;

const location = (response: Response): string => response.headers.get('location') ?? '';

/** To the chooser, one click, and back with a code. */
async function click(browser: Browser, choice: (page: string) => Record<string, string>): Promise<string> {
  const chooser = location(await browser.go(`${request}&prompt=consent`));
  const page = await (await browser.go(chooser)).text();
  const chosen = await browser.go(chooser, choice(page));
  assert.equal(chosen.status, 303, await chosen.text());
  return location(await browser.go(location(chosen)));
}

const as = (email: string) => (page: string) => {
  const row = page.split('<li>').find((part) => part.includes(email)) ?? '';
  return { sub: /value="(\d{21})"/.exec(row)?.[1] ?? '' };
};

async function exchange(
  callback: string,
  from = origin,
): Promise<{ response: Response; tokens: Record<string, string> }> {
  const code = new URL(callback).searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', client_id: 'wallet', redirect_uri: redirect, code };
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { origin: from },
    body: new URLSearchParams({ ...form, code_verifier: verifier }),
  });
  return { response, tokens: (await response.json()) as Record<string, string> };
}

const claims = (token = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

test('one click on an account gives an RS256 token of an hour with nonce, sign-in time and verified address', async () => {
  const { response, tokens } = await exchange(await click(new Browser(), as('ada@example.com')));
  assert.equal(response.headers.get('access-control-allow-origin'), origin);
  const said = claims(tokens.id_token);
  assert.deepEqual([said.iss, said.aud, said.nonce], [url, 'wallet', 'the-nonce']);
  assert.deepEqual([said.email, said.email_verified], ['ada@example.com', true]);
  assert.match(String(said.sub), /^1\d{20}$/);
  assert.equal(Number(said.exp) - Number(said.iat), 3_600);
  assert.ok(Math.abs(Number(said.auth_time) - Date.now() / 1_000) < 10);
  assert.ok(tokens.refresh_token);

  const { keys } = (await (await fetch(`${url}/jwks`)).json()) as { keys: JsonWebKey[] };
  const [head = '', body = '', signature = ''] = (tokens.id_token ?? '').split('.');
  const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
  assert.ok(verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')));
});

test('who is signed in goes on without a click; who chooses another account is another person', async () => {
  const browser = new Browser();
  const first = claims((await exchange(await click(browser, as('ada@example.com')))).tokens.id_token);
  const quiet = await exchange(location(await browser.go(request)));
  assert.equal(claims(quiet.tokens.id_token).sub, first.sub);
  assert.ok(quiet.tokens.refresh_token);
  const second = claims((await exchange(await click(browser, as('grace@example.com')))).tokens.id_token);
  assert.notEqual(second.sub, first.sub);
});

test('an account that somebody adds stays, with its sub, and so do sessions, when it starts again', async () => {
  const browser = new Browser();
  const made = await exchange(await click(browser, () => ({ email: 'New@Example.com' })));
  await running.stop();
  await start();
  const again = await exchange(location(await browser.go(request)));
  assert.equal(claims(again.tokens.id_token).sub, claims(made.tokens.id_token).sub);
  assert.equal(claims(again.tokens.id_token).email, 'new@example.com');
});

test('a page elsewhere chooses nobody, and reads no token', async () => {
  const browser = new Browser();
  const chooser = location(await browser.go(`${request}&prompt=consent`));
  const page = await (await browser.go(chooser)).text();
  assert.equal((await browser.go(chooser, as('ada@example.com')(page), 'http://evil.localhost')).status, 403);
  assert.equal((await new Browser().go(chooser, as('ada@example.com')(page))).status, 404);
  const { response } = await exchange(await click(browser, as('ada@example.com')), 'http://evil.localhost');
  assert.equal(response.headers.get('access-control-allow-origin'), null);
});

test('what somebody typed stands on the page as text', async () => {
  const browser = new Browser();
  const chooser = location(await browser.go(`${request}&prompt=consent`));
  assert.equal((await browser.go(chooser, { email: '"><script>@example.com' })).status, 400);
  await click(browser, () => ({ email: "o'hara&co@example.com" }));
  const page = await (await browser.go(location(await browser.go(`${request}&prompt=consent`)))).text();
  assert.ok(page.includes('o&#39;hara&amp;co@example.com'));
});
