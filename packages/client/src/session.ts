import { readClaims, type TokenClaims } from './claims.ts';
import type { TokenSource } from './device.ts';
import { ClientError } from './errors.ts';
import type { Lock } from './lock.ts';
import type { Oidc, Tokens } from './oidc.ts';
import { type DeviceStorage, Stored, textRecord } from './storage.ts';

/** A token that ends within this, ms, is renewed first: it has to last over every hop of a request. */
const renewBefore = 60_000;

const sessionFields = ['idToken', 'refreshToken'] as const;
type StoredSession = Record<(typeof sessionFields)[number], string>;
const pendingFields = ['state', 'verifier', 'redirectUri'] as const;
const agreedFields = ['redirectUri'] as const;

/**
 * A person's sign-in on this device (design 3, Sign-in): authorisation code with PKCE, the device key's thumbprint as nonce, and
 * from then on short-lived ID tokens by a rotating refresh token.
 */
export class Session implements TokenSource {
  readonly #oidc: Oidc;
  readonly #nonce: string;
  readonly #lock: Lock;
  readonly #lockName: string;
  readonly #now: () => number;
  readonly #stored: Stored<StoredSession>;
  readonly #pending: Stored<Record<(typeof pendingFields)[number], string>>;
  readonly #agreed: Stored<Record<(typeof agreedFields)[number], string>>;
  #cached: { idToken: string; expires: number } | null = null;

  /** `scope` names the deployment in the storage; `nonce` is the device key's thumbprint as base64url. */
  constructor(oidc: Oidc, nonce: string, scope: string, storage: DeviceStorage, lock: Lock, now: () => number) {
    this.#oidc = oidc;
    this.#nonce = nonce;
    this.#lock = lock;
    this.#lockName = `${scope}.session`;
    this.#now = now;
    this.#stored = new Stored(storage, `${scope}.session`, textRecord(sessionFields));
    this.#pending = new Stored(storage, `${scope}.sign-in`, textRecord(pendingFields));
    this.#agreed = new Stored(storage, `${scope}.agreed`, textRecord(agreedFields));
  }

  /**
   * Where the person's browser is to go. Whoever agreed here before, and did not sign out since, is not asked again. Throws
   * ClientError `party-unreachable`.
   */
  async begin(redirectUri: string): Promise<{ url: string; state: string }> {
    const agreed = (await this.#agreed.read())?.redirectUri === redirectUri;
    const { url, state, verifier } = await this.#oidc.authorisation(redirectUri, this.#nonce, agreed);
    await this.#pending.write({ state, verifier, redirectUri });
    return { url, state };
  }

  /** The address that the browser came back to, whole. Throws ClientError `sign-in-failed`, `party-unreachable`. */
  async finish(callbackUrl: string): Promise<TokenClaims> {
    const pending = await this.#pending.read();
    if (pending === null) throw new ClientError('sign-in-failed', 'No sign-in was begun on this device.');
    const tokens = await this.#oidc.exchange(new URL(callbackUrl), { ...pending, nonce: this.#nonce });
    await this.#lock(this.#lockName, () => this.#keep(tokens));
    // An issuer that gave no refresh token may do so once it asks the person.
    if (tokens.refreshToken !== null && isWeb(pending.redirectUri))
      await this.#agreed.write({ redirectUri: pending.redirectUri });
    else await this.#agreed.clear();
    await this.#pending.clear();
    return readClaims(tokens.idToken);
  }

  /** A token that lasts at least a minute; renewed by one at a time, over all tabs. */
  async token(): Promise<string> {
    if (this.#cached !== null && this.#isFresh(this.#cached.expires)) return this.#cached.idToken;
    return this.#lock(this.#lockName, async () => {
      const stored = await this.#stored.read();
      if (stored === null) throw new ClientError('not-signed-in', 'Nobody is signed in on this device.');
      // Another tab may have renewed it meanwhile; a refresh token used twice would end the whole sign-in.
      const idToken = this.#isFresh(readClaims(stored.idToken).expires) ? stored.idToken : await this.#renew(stored);
      this.#cached = { idToken, expires: readClaims(idToken).expires };
      return idToken;
    });
  }

  /** Who is signed in, by the last token; null if nobody. */
  async who(): Promise<TokenClaims | null> {
    const stored = await this.#stored.read();
    return stored === null ? null : readClaims(stored.idToken);
  }

  /** Ends the sign-in here, and at the issuer if it can be reached. The wallet's record and the device key stay. */
  async end(): Promise<void> {
    await this.#lock(this.#lockName, async () => {
      const stored = await this.#stored.read();
      this.#cached = null;
      if (stored === null) return;
      await this.#stored.clear();
      // Whoever signs out may come back as somebody else: the issuer has to ask.
      await this.#agreed.clear();
      if (stored.refreshToken !== '') await this.#oidc.revoke(stored.refreshToken);
    });
  }

  #isFresh(expires: number): boolean {
    return expires > this.#now() + renewBefore;
  }

  async #renew(stored: StoredSession): Promise<string> {
    const before = readClaims(stored.idToken);
    try {
      if (stored.refreshToken === '') throw ended();
      const tokens = await this.#oidc.refresh(stored.refreshToken);
      const { issuer, subject } = readClaims(tokens.idToken);
      // OpenID Connect Core 12.2: a renewed token is of the same person.
      if (issuer !== before.issuer || subject !== before.subject) throw ended();
      await this.#keep(tokens);
      return tokens.idToken;
    } catch (error) {
      if (error instanceof ClientError && error.code === 'session-ended') {
        this.#cached = null;
        await this.#stored.clear();
      }
      throw error;
    }
  }

  async #keep({ idToken, refreshToken }: Tokens): Promise<void> {
    await this.#stored.write({ idToken, refreshToken: refreshToken ?? '' });
    this.#cached = { idToken, expires: readClaims(idToken).expires };
  }
}

/** Any program of a machine can listen at its loopback address: there the person is asked each time (RFC 8252, 8.6). */
function isWeb(redirectUri: string): boolean {
  return !/^(127\.[\d.]+|\[::1\])$/.test(new URL(redirectUri).hostname);
}

function ended(): ClientError {
  return new ClientError('session-ended', 'The sign-in on this device has ended.');
}
