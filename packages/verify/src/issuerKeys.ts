import { fromBase64url } from '@symbolon/crypto';
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import * as v from 'valibot';
import { Refusal } from './errors.ts';
import { readBytes } from './readBytes.ts';

/** An issuer as a party knows it: URL, audience and keys alone. */
export interface Issuer {
  url: string;
  audience: string;
  jwksUrl?: string | undefined;
}

export interface IssuerKey {
  kid: string | undefined;
  alg: string | undefined;
  key: CryptoKey;
  /** RFC 7638 SHA-256, 32 bytes. */
  thumbprint: Uint8Array;
}

const refreshAfter = 5 * 60_000;
// Whoever sends tokens with made-up key ids must not make us hammer the issuer.
const refetchPause = 10_000;
const fetchTimeout = 5_000;
const maximumBytes = 65_536;

const jwks = v.object({ keys: v.pipe(v.array(v.record(v.string(), v.unknown())), v.maxLength(32)) });
const discovery = v.object({ issuer: v.string(), jwks_uri: v.pipe(v.string(), v.url()) });

/** The signing keys that an issuer publishes (OpenID Connect Discovery 1.0), kept for five minutes. */
export class IssuerKeys {
  readonly #issuer: Issuer;
  readonly #fetch: typeof fetch;
  readonly #now: () => number;
  #keys: readonly IssuerKey[] = [];
  #fetched = Number.NEGATIVE_INFINITY;
  #tried = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | null = null;

  constructor(issuer: Issuer, fetcher: typeof fetch, now: () => number) {
    this.#issuer = issuer;
    this.#fetch = fetcher;
    this.#now = now;
  }

  /** Keys that may have signed a token with this `kid`. Throws Refusal `issuer-unreachable`. */
  async candidates(kid: string | undefined): Promise<readonly IssuerKey[]> {
    await this.#fresh();
    const matching = () => this.#keys.filter((key) => kid === undefined || key.kid === undefined || key.kid === kid);
    if (matching().length === 0 && this.#now() - this.#tried > refetchPause) await this.#refresh();
    return matching();
  }

  /** Hashes of the keys that the issuer publishes now, 32 bytes each. Throws Refusal `issuer-unreachable`. */
  async thumbprints(): Promise<Uint8Array[]> {
    await this.#fresh();
    return this.#keys.map((key) => key.thumbprint);
  }

  async #fresh(): Promise<void> {
    if (this.#now() - this.#fetched > refreshAfter) await this.#refresh();
  }

  async #refresh(): Promise<void> {
    this.#pending ??= this.#load().finally(() => {
      this.#pending = null;
    });
    await this.#pending;
  }

  async #load(): Promise<void> {
    this.#tried = this.#now();
    try {
      const url = this.#issuer.jwksUrl ?? (await this.#discover());
      const { keys } = v.parse(jwks, await this.#json(url));
      const usable = await Promise.all(keys.map((jwk) => toIssuerKey(jwk as JWK)));
      this.#keys = usable.filter((key) => key !== null).slice(0, 16);
      this.#fetched = this.#now();
    } catch {
      throw new Refusal('issuer-unreachable', `The keys of ${this.#issuer.url} could not be read.`);
    }
  }

  async #discover(): Promise<string> {
    const document = await this.#json(`${this.#issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer, jwks_uri } = v.parse(discovery, document);
    // Discovery 4.3: a document that names another issuer must not lend it its keys.
    if (issuer !== this.#issuer.url) throw new Error('issuer differs');
    return jwks_uri;
  }

  async #json(url: string): Promise<unknown> {
    const response = await this.#fetch(url, { signal: AbortSignal.timeout(fetchTimeout), redirect: 'error' });
    if (!response.ok) throw new Error('unusable answer');
    return JSON.parse(new TextDecoder().decode(await readBytes(response, maximumBytes)));
  }
}

/** Null for keys that don't sign tokens here: other uses, secret keys, algorithms not on the list. */
async function toIssuerKey(jwk: JWK): Promise<IssuerKey | null> {
  if ((jwk.use !== undefined && jwk.use !== 'sig') || jwk.kty === 'oct' || jwk.d !== undefined) return null;
  const alg = jwk.alg ?? defaultAlgorithm(jwk);
  if (alg === undefined) return null;
  try {
    const key = await importJWK(jwk, alg);
    if (key instanceof Uint8Array) return null;
    return { kid: jwk.kid, alg: jwk.alg, key, thumbprint: fromBase64url(await calculateJwkThumbprint(jwk)) };
  } catch {
    return null;
  }
}

function defaultAlgorithm(jwk: JWK): string | undefined {
  if (jwk.kty === 'RSA') return 'RS256';
  if (jwk.kty === 'EC' && jwk.crv === 'P-256') return 'ES256';
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return 'EdDSA';
  return undefined;
}
