import { clockSkew, tokenLength, tokenLife } from '@symbolon/protocol';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { BoundedMap } from './bounded.ts';
import { Refusal } from './errors.ts';
import { type Issuer, IssuerKeys } from './issuerKeys.ts';

/** Who an OIDC ID token says is there. Times in ms. Identity is (issuer, subject), never the e-mail. */
export interface Identity {
  issuer: string;
  subject: string;
  nonce: string | null;
  signedInAt: number | null;
  issuedAt: number;
  expires: number;
  /** The mailbox, only where the issuer says that it verified it. */
  mailbox: string | null;
  /** RFC 7638 hash of the issuer's key that signed. */
  issuerKey: Uint8Array;
}

// Asymmetric only: with HS256 in the list, an issuer's public key would be a forger's secret.
const algorithms = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'];
const cacheSize = 20_000;

/** Verifies ID tokens of pinned issuers (OpenID Connect Core 3.1.3.7), each party with its own instance and clock. */
export class TokenVerifier {
  readonly #issuers: ReadonlyMap<string, { issuer: Issuer; keys: IssuerKeys }>;
  readonly #now: () => number;
  readonly #verified = new BoundedMap<string, Identity>(cacheSize);

  constructor(issuers: readonly Issuer[], now: () => number, fetcher: typeof fetch = fetch) {
    this.#issuers = new Map(
      issuers.map((issuer) => [issuer.url, { issuer, keys: new IssuerKeys(issuer, fetcher, now) }]),
    );
    this.#now = now;
  }

  /** Throws Refusal `token-invalid`, `token-stale` or `issuer-unreachable`. */
  async verify(token: string): Promise<Identity> {
    const identity = this.#verified.get(token) ?? (await this.#verifyAnew(token));
    const now = this.#now();
    const fresh = identity.expires > now && identity.issuedAt > now - tokenLife && identity.issuedAt < now + clockSkew;
    if (!fresh) throw new Refusal('token-stale', 'The token is too old, or from the future.');
    return identity;
  }

  /** Hashes of the keys that this party trusts now for an issuer: what it vouches for in what it seals or signs. */
  async currentKeys(issuerUrl: string): Promise<Uint8Array[]> {
    const known = this.#issuers.get(issuerUrl);
    if (known === undefined) throw invalid();
    return known.keys.thumbprints();
  }

  async #verifyAnew(token: string): Promise<Identity> {
    const { issuer, keys, kid } = this.#issuerOf(token);
    for (const candidate of await keys.candidates(kid)) {
      try {
        const { payload, protectedHeader } = await jwtVerify(token, candidate.key, {
          algorithms: candidate.alg === undefined ? algorithms : algorithms.filter((name) => name === candidate.alg),
          issuer: issuer.url,
          audience: issuer.audience,
          currentDate: new Date(this.#now()),
          clockTolerance: clockSkew / 1_000,
          requiredClaims: ['sub', 'iat', 'exp'],
        });
        if (protectedHeader.crit !== undefined) throw invalid();
        const identity = identityOf(payload, issuer, candidate.thumbprint);
        this.#verified.set(token, identity);
        return identity;
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new Refusal('token-stale', 'The token has expired.');
        if (!ofAnotherKey(error)) throw invalid();
      }
    }
    throw invalid();
  }

  #issuerOf(token: string) {
    try {
      if (token.length > tokenLength) throw invalid();
      const { kid } = decodeProtectedHeader(token);
      const known = this.#issuers.get(decodeJwt(token).iss ?? '');
      if (known === undefined) throw invalid();
      return { ...known, kid };
    } catch {
      throw invalid();
    }
  }
}

/** Without a key id in the token, any of the issuer's keys may be the one: of another algorithm, or of another pair. */
function ofAnotherKey(error: unknown): boolean {
  const { JWSSignatureVerificationFailed, JOSEAlgNotAllowed } = errors;
  return [JWSSignatureVerificationFailed, JOSEAlgNotAllowed, TypeError].some((kind) => error instanceof kind);
}

function identityOf(payload: Record<string, unknown>, issuer: Issuer, issuerKey: Uint8Array): Identity {
  const { sub, nonce, auth_time, iat, exp, aud, azp, email, email_verified } = payload;
  if (typeof sub !== 'string' || sub.length === 0 || sub.length > 255) throw invalid();
  if (typeof iat !== 'number' || typeof exp !== 'number') throw invalid();
  // Core 3.1.3.7, 3-5: a token that several audiences share must name us as the one it was issued to.
  const shared = Array.isArray(aud) && aud.length > 1;
  if ((shared || azp !== undefined) && azp !== issuer.audience) throw invalid();
  return {
    issuer: issuer.url,
    subject: sub,
    nonce: typeof nonce === 'string' ? nonce : null,
    signedInAt: typeof auth_time === 'number' ? auth_time * 1_000 : null,
    issuedAt: iat * 1_000,
    expires: exp * 1_000,
    mailbox: typeof email === 'string' && email_verified === true ? email.toLowerCase() : null,
    issuerKey,
  };
}

const invalid = () => new Refusal('token-invalid', 'The token is not one of a pinned issuer for this audience.');
