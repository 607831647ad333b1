import assert from 'node:assert/strict';
import * as oidc from 'openid-client';
import { CALLBACK, type World } from './testWorld.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams;
}

/** A browser: keeps cookies by name and path, follows nothing by itself, seen by the issuer at `address`. */
export class Agent {
  readonly #world: World;
  readonly #address: string;
  readonly #cookies = new Map<string, { value: string; path: string }>();

  constructor(world: World, address = '192.0.2.1') {
    this.#world = world;
    this.#address = address;
  }

  async send(url: string | URL, init: Sent = {}): Promise<Answer> {
    const target = new URL(URL.canParse(url) ? url : `${this.#world.url}${url}`);
    const sent = [...this.#cookies].filter(([, { path }]) => target.pathname.startsWith(path));
    const response = await fetch(target, {
      ...init,
      redirect: 'manual',
      headers: {
        'X-Forwarded-For': this.#address,
        Cookie: sent.map(([key, { value }]) => `${key.split(' ')[0]}=${value}`).join('; '),
        ...init.headers,
      },
    });
    for (const line of response.headers.getSetCookie()) this.#store(line);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
  }

  get(url: string | URL, accept = 'application/json'): Promise<Answer> {
    return this.send(url, { headers: { Accept: accept } });
  }

  post(url: string | URL, fields: unknown): Promise<Answer> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    return this.send(url, { method: 'POST', headers, body: JSON.stringify(fields) });
  }

  /** Submits a form as a browser does. */
  submit(url: string | URL, fields: Record<string, string>): Promise<Answer> {
    const headers = { Accept: 'text/html', Origin: this.#world.url };
    return this.send(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
  }

  #store(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
    const gone = value === '' || attributes.some((attribute) => attribute === 'expires=Thu, 01 Jan 1970 00:00:00 GMT');
    if (gone) this.#cookies.delete(`${name} ${path}`);
    else this.#cookies.set(`${name} ${path}`, { value, path });
  }
}

/** An app at one authorisation request: where it sends the person, and how it turns the answer into tokens. */
export interface Request {
  url: URL;
  finish(callback: string): ReturnType<typeof oidc.authorizationCodeGrant>;
}

export async function discover(world: World, client = 'wallet'): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(world.url), client, undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  });
}

export async function ask(world: World, extra: Record<string, string> = {}): Promise<Request> {
  const config = await discover(world, extra.client_id);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const redirect = CALLBACK.replace('127.0.0.1', '127.0.0.1:49152');
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: 'openid email offline_access',
    prompt: 'consent',
    state,
    nonce: THUMBPRINT,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...extra,
  });
  return {
    url,
    finish: (callback) =>
      oidc.authorizationCodeGrant(config, new URL(callback), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: THUMBPRINT,
        idTokenExpected: true,
      }),
  };
}

/** The RFC 7638 example's thumbprint, in the place of a device key's. */
export const THUMBPRINT = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

/** Goes to the authorisation endpoint. @returns the interaction's path */
export async function begin(agent: Agent, request: Request): Promise<string> {
  const { status, headers } = await agent.get(request.url);
  assert.equal(status, 303);
  const path = headers.get('location') ?? '';
  assert.match(path, /^\/interaction\/[\w-]+$/);
  return path;
}

/** Follows `redirectTo` to the app's callback. */
export async function resume(agent: Agent, redirectTo: unknown): Promise<string> {
  assert.ok(typeof redirectTo === 'string');
  const { status, headers } = await agent.get(redirectTo);
  assert.equal(status, 303);
  return headers.get('location') ?? '';
}

/** The whole of a sign-in by code over the JSON form. */
export async function signIn(world: World, agent: Agent, email: string, extra: Record<string, string> = {}) {
  const request = await ask(world, extra);
  const path = await begin(agent, request);
  const sent = await agent.post(`${path}/email`, { email });
  assert.equal(sent.status, 200, sent.text);
  const done = await agent.post(`${path}/code`, { code: await world.lastCode(email) });
  assert.equal(done.json.step, 'done', done.text);
  return request.finish(await resume(agent, done.json.redirectTo));
}

/** A refresh as an app makes it. */
export async function refresh(world: World, token: string | undefined, client?: string) {
  return oidc.refreshTokenGrant(await discover(world, client), token ?? '');
}
