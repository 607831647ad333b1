import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { toBase64url, utf8 } from '@symbolon/crypto';
import { hasCode } from './errors.ts';
import { chainLock } from './lock.ts';
import { Oidc } from './oidc.ts';
import { Session } from './session.ts';
import { MemoryStorage } from './storage.ts';

const url = 'https://issuer.example';
const nonce = 'the-thumbprint';

/** An issuer as the device meets it: one authorisation, rotating refresh tokens, a replay ends the family. */
class Issuer {
  refresh = 1;
  refreshes = 0;
  alive = true;
  subject = 'alice';
  nonce = nonce;
  signedInAt: number | null = null;
  answer: (() => Response) | null = null;
  challenge = '';
  /** Seconds that its tokens last. */
  life = 300;
  issuesRefresh = true;

  readonly fetch = async (input: string, init: { body?: URLSearchParams }): Promise<Response> => {
    const { pathname } = new URL(input);
    if (pathname === '/.well-known/openid-configuration') {
      const document = { issuer: url, authorization_endpoint: `${url}/auth`, token_endpoint: `${url}/token` };
      return Response.json(document);
    }
    if (this.answer !== null) return this.answer();
    const form = init.body ?? new URLSearchParams();
    if (form.get('grant_type') === 'authorization_code') {
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(form.get('code_verifier') ?? '')));
      assert.equal(toBase64url(hash), this.challenge, 'PKCE');
      return this.#tokens();
    }
    this.refreshes += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (!this.alive || form.get('refresh_token') !== `refresh-${this.refresh}`) {
      this.alive = false;
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    }
    this.refresh += 1;
    return this.#tokens();
  };

  #tokens(): Response {
    const iat = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: url,
      aud: 'wallet',
      sub: this.subject,
      iat,
      exp: iat + this.life,
      nonce: this.nonce,
      auth_time: this.signedInAt ?? iat,
    };
    const part = (value: object) => toBase64url(utf8(JSON.stringify(value)));
    const id_token = `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
    return Response.json({
      access_token: 'a',
      token_type: 'Bearer',
      id_token,
      ...(this.issuesRefresh ? { refresh_token: `refresh-${this.refresh}` } : {}),
    });
  }
}

let issuer: Issuer;
let storage: MemoryStorage;
let clock: number;
const lock = chainLock();
const session = () =>
  new Session(
    new Oidc({ issuer: { url, audience: 'wallet' }, fetch: issuer.fetch as typeof fetch, timeout: 1_000 }),
    nonce,
    'test-world',
    storage,
    lock,
    () => clock,
  );
const callback = (state: string) => `https://wallet.example/back?code=c&state=${state}`;

async function signedIn(back = 'https://wallet.example/back'): Promise<Session> {
  const one = session();
  const { url: to, state } = await one.begin(back);
  issuer.challenge = new URL(to).searchParams.get('code_challenge') ?? '';
  await one.finish(`${back}?code=c&state=${state}`);
  return one;
}

/** Whether the next sign-in there has the issuer ask the person. */
async function asksAgain(back = 'https://wallet.example/back'): Promise<boolean> {
  return new URL((await session().begin(back)).url).searchParams.get('prompt') === 'consent';
}

beforeEach(() => {
  issuer = new Issuer();
  storage = new MemoryStorage();
  clock = Date.now();
});

describe('signing in', () => {
  it('asks for a code with PKCE, this device in the nonce, a recent sign-in and offline access', async () => {
    const { url: to } = await session().begin('https://wallet.example/back');
    const parameters = new URL(to).searchParams;
    assert.equal(parameters.get('nonce'), nonce);
    assert.equal(parameters.get('code_challenge_method'), 'S256');
    assert.equal(parameters.get('max_age'), '300');
    assert.equal(parameters.get('scope'), 'openid email offline_access');
    assert.equal(parameters.get('prompt'), 'consent');
  });

  it('has the person asked once, and not again after a sign-in that merely ran out', async () => {
    const one = await signedIn();
    assert.equal(await asksAgain(), false);
    clock += 245_000;
    issuer.alive = false;
    await assert.rejects(one.token(), (error) => hasCode(error, 'session-ended'));
    await one.end();
    assert.equal(await asksAgain(), false);
    assert.equal(await asksAgain('https://other.example/back'), true, 'agreed at one address is not agreed at another');
  });

  it('has the person asked who signed out, and where no refresh token came', async () => {
    await (await signedIn()).end();
    assert.equal(await asksAgain(), true);
    issuer.issuesRefresh = false;
    await signedIn();
    assert.equal(await asksAgain(), true);
  });

  it('has the person asked each time at a loopback address, where any program may listen', async () => {
    for (const back of ['http://127.0.0.1:8123/back', 'http://[::1]:8123/back']) {
      await signedIn(back);
      assert.equal(await asksAgain(back), true, back);
    }
  });

  it('goes on after the page was loaded anew, and lasts', async () => {
    const { url: to, state } = await session().begin('https://wallet.example/back');
    issuer.challenge = new URL(to).searchParams.get('code_challenge') ?? '';
    assert.equal((await session().finish(callback(state))).subject, 'alice');
    assert.equal((await session().who())?.subject, 'alice');
  });

  it('refuses an answer to another question, another nonce, a sign-in too old, and one never begun', async () => {
    const failed = (error: unknown) => hasCode(error, 'sign-in-failed');
    await assert.rejects(session().finish(callback('x')), failed);
    const { url: to } = await session().begin('https://wallet.example/back');
    issuer.challenge = new URL(to).searchParams.get('code_challenge') ?? '';
    await assert.rejects(session().finish(callback('other')), failed);
    issuer.nonce = 'another device';
    await assert.rejects(signedIn(), failed);
    issuer.nonce = nonce;
    issuer.signedInAt = Math.floor(Date.now() / 1_000) - 3_600;
    await assert.rejects(signedIn(), failed);
    assert.equal(await session().who(), null);
  });
});

describe('a session', () => {
  it('renews its token shortly before its end, once for all who wait, over all tabs', async () => {
    const [one, two] = [await signedIn(), session()];
    await one.token();
    assert.equal(issuer.refreshes, 0);
    clock += 245_000;
    const tokens = await Promise.all([one.token(), two.token(), one.token(), two.token()]);
    // The issuer's clock has not moved: what it gives ends where the old one did, so each tab asks in its turn, none at once.
    assert.ok(issuer.alive, 'no refresh token was used twice');
    assert.equal(tokens.length, 4);
  });

  it('renews a token of an hour before the parties call it too old: ten minutes after it was issued', async () => {
    issuer.life = 3_600;
    const one = await signedIn();
    clock += 500_000;
    await one.token();
    assert.equal(issuer.refreshes, 0);
    clock += 60_000;
    await one.token();
    assert.equal(issuer.refreshes, 1);
  });

  it('ends where the issuer says so, and says that; an issuer in trouble ends nothing', async () => {
    const one = await signedIn();
    clock += 245_000;
    issuer.answer = () => Response.json({ error: 'temporarily_unavailable' }, { status: 503 });
    await assert.rejects(one.token(), (error) => hasCode(error, 'party-refused', 'party-answer-invalid'));
    issuer.answer = () => {
      throw new Error('connection refused');
    };
    await assert.rejects(one.token(), (error) => hasCode(error, 'party-unreachable') && error.party === 'issuer');
    issuer.answer = null;
    await one.token();
    issuer.alive = false;
    await assert.rejects(one.token(), (error) => hasCode(error, 'session-ended'));
    await assert.rejects(one.token(), (error) => hasCode(error, 'not-signed-in'));
  });

  it('never turns into another person', async () => {
    const one = await signedIn();
    clock += 245_000;
    issuer.subject = 'mallory';
    await assert.rejects(one.token(), (error) => hasCode(error, 'session-ended'));
    assert.equal(await session().who(), null);
  });

  it('ended by the person is gone', async () => {
    const one = await signedIn();
    await one.end();
    await assert.rejects(one.token(), (error) => hasCode(error, 'not-signed-in'));
  });
});
