import {
  ClientError,
  type DeviceStorage,
  type Lock,
  Oidc,
  Session,
  type TokenClaims,
  type TokenSource,
} from '@symbolon/client';
import { sha256, toHex, utf8 } from '@symbolon/crypto';
import type { Deployment } from '@symbolon/protocol';
import * as v from 'valibot';
import { Kept } from '../kept.ts';
import type { Newsroom } from './news.ts';

/** ms a question to an issuer may take. */
const timeout = 10_000;

const stateSchema = v.strictObject({
  /** Whose tokens serve. */
  active: v.nullable(v.string()),
  /** The sign-in under way: at which issuer, and whether the window is there for nothing else. */
  pending: v.nullable(v.strictObject({ issuer: v.string(), close: v.boolean() })),
});
type State = v.InferOutput<typeof stateSchema>;

/** What a device brings to its sessions. */
export interface SessionsParts {
  deployment: Deployment;
  /** The device key's thumbprint as base64url. */
  nonce: string;
  storage: DeviceStorage;
  lock: Lock;
  news: Newsroom;
  now: () => number;
  /** Reaches the issuers. */
  fetch: typeof fetch;
}

/** The person's sign-in on this device, at whichever of the pinned issuers they chose; at one of them at a time. */
export class Sessions implements TokenSource {
  readonly #parts: SessionsParts;
  readonly #state: Kept<State>;
  readonly #sessions = new Map<string, Session>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    const nobody = { active: null, pending: null };
    this.#state = new Kept(parts.storage, parts.lock, `${parts.deployment.id}.issuer`, stateSchema, nobody);
  }

  /**
   * Where the browser is to go, and the state by which it comes back. `close`: the window ends once the sign-in is done. Throws
   * ClientError `party-unreachable`, `sign-in-failed` for an issuer that the deployment does not pin.
   */
  async begin(issuer: string, redirectUri: string, close: boolean): Promise<{ url: string; state: string }> {
    const begun = await this.#session(issuer).begin(redirectUri);
    await this.#state.change((state) => ({ ...state, pending: { issuer, close } }));
    return begun;
  }

  /** With the address that the browser came back to. Throws ClientError `sign-in-failed`, `party-unreachable`. */
  async finish(callbackUrl: string): Promise<{ close: boolean }> {
    const { active, pending } = await this.#state.read();
    if (pending === null) throw new ClientError('sign-in-failed', 'No sign-in was begun on this device.');
    await this.#session(pending.issuer).finish(callbackUrl);
    await this.#state.change(() => ({ active: pending.issuer, pending: null }));
    if (active !== null && active !== pending.issuer) await this.#session(active).end();
    this.#parts.news.tell('signed-in');
    return { close: pending.close };
  }

  async token(): Promise<string> {
    const session = await this.#current();
    if (session === null) throw new ClientError('not-signed-in', 'Nobody is signed in on this device.');
    return session.token();
  }

  /** Who is signed in; null if nobody. */
  async who(): Promise<TokenClaims | null> {
    return (await this.#current())?.who() ?? null;
  }

  /** Forgets the tokens here and at the issuer; wallet, device key and permissions stay. */
  async end(): Promise<void> {
    const session = await this.#current();
    await this.#state.change((state) => ({ ...state, active: null }));
    await session?.end();
    this.#parts.news.tell('signed-out');
  }

  async #current(): Promise<Session | null> {
    const { active } = await this.#state.read();
    return active === null ? null : this.#session(active);
  }

  /** Throws ClientError `sign-in-failed` for an issuer that the deployment does not pin. */
  #session(url: string): Session {
    const known = this.#sessions.get(url);
    if (known !== undefined) return known;
    const { deployment, nonce, storage, lock, now, fetch: fetcher } = this.#parts;
    const issuer = deployment.issuers.find((one) => one.url === url);
    if (issuer === undefined) throw new ClientError('sign-in-failed', 'This issuer is not one of the deployment.');
    const oidc = new Oidc({ issuer, fetch: fetcher, timeout });
    const scope = `${deployment.id}.${toHex(sha256(utf8(url))).slice(0, 16)}`;
    const session = new Session(oidc, nonce, scope, storage, lock, now);
    this.#sessions.set(url, session);
    return session;
  }
}
