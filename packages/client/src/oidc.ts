import * as oauth from 'oauth4webapi';
import { ClientError } from './errors.ts';
import { unreachable } from './parties.ts';

/** What an issuer gives: `refreshToken` null where it gives none, and the sign-in ends with the ID token. */
export interface Tokens {
  idToken: string;
  refreshToken: string | null;
}

export interface OidcOptions {
  /** The pinned issuer and the client id, which is the audience of its ID tokens. */
  issuer: { url: string; audience: string };
  fetch: typeof fetch;
  /** ms a hop may take. */
  timeout: number;
}

/** How old the browser's session at the issuer may be, seconds, before the person is asked again: enough is left to enrol. */
const maxAge = 300;

/** One issuer, spoken to as a public client (OpenID Connect Core 1.0, PKCE by RFC 7636). */
export class Oidc {
  readonly #options: OidcOptions;
  readonly #client: oauth.Client;
  #metadata: oauth.AuthorizationServer | null = null;

  constructor(options: OidcOptions) {
    this.#options = options;
    this.#client = { client_id: options.issuer.audience, [oauth.clockTolerance]: 60 };
  }

  /**
   * Where to send the person, and what to remember until they come back. `agreed`: they agreed to offline access before, and the
   * issuer may go on without asking them (OpenID Connect Core 1.0, 11: otherwise it takes `prompt=consent`).
   */
  async authorisation(
    redirectUri: string,
    nonce: string,
    agreed: boolean,
  ): Promise<{ url: string; state: string; verifier: string }> {
    const { authorization_endpoint } = await this.#discovered();
    if (authorization_endpoint === undefined) throw failed('The issuer has no authorisation endpoint.');
    const state = oauth.generateRandomState();
    const verifier = oauth.generateRandomCodeVerifier();
    const url = new URL(authorization_endpoint);
    const parameters = {
      response_type: 'code',
      client_id: this.#client.client_id,
      redirect_uri: redirectUri,
      scope: 'openid email offline_access',
      ...(agreed ? {} : { prompt: 'consent' }),
      state,
      nonce,
      max_age: String(maxAge),
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { url: url.href, state, verifier };
  }

  /** Throws ClientError `sign-in-failed`, `party-unreachable`. */
  async exchange(
    callback: URL,
    expected: { state: string; verifier: string; redirectUri: string; nonce: string },
  ): Promise<Tokens> {
    const metadata = await this.#discovered();
    return run('sign-in-failed', async () => {
      const parameters = oauth.validateAuthResponse(metadata, this.#client, callback, expected.state);
      const response = await oauth.authorizationCodeGrantRequest(
        metadata,
        this.#client,
        oauth.None(),
        parameters,
        expected.redirectUri,
        expected.verifier,
        this.#http(),
      );
      const answer = await oauth.processAuthorizationCodeResponse(metadata, this.#client, response, {
        expectedNonce: expected.nonce,
        maxAge,
        requireIdToken: true,
      });
      return tokensOf(answer);
    });
  }

  /** Throws ClientError `session-ended` where the issuer no longer takes the refresh token, `party-unreachable`. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const metadata = await this.#discovered();
    return run('session-ended', async () => {
      const response = await oauth.refreshTokenGrantRequest(
        metadata,
        this.#client,
        oauth.None(),
        refreshToken,
        this.#http(),
      );
      const tokens = tokensOf(await oauth.processRefreshTokenResponse(metadata, this.#client, response));
      // An issuer that does not rotate sends none: the old one goes on.
      return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
    });
  }

  /** RFC 7009. Silent where it fails: the device forgets the token anyway. */
  async revoke(refreshToken: string): Promise<void> {
    try {
      const metadata = await this.#discovered();
      await oauth.revocationRequest(metadata, this.#client, oauth.None(), refreshToken, this.#http());
    } catch {
      // Unreachable, or without a revocation endpoint: the token ends by itself.
    }
  }

  async #discovered(): Promise<oauth.AuthorizationServer> {
    this.#metadata ??= await run('party-answer-invalid', async () => {
      const issuer = new URL(this.#options.issuer.url);
      const response = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...this.#http() });
      return oauth.processDiscoveryResponse(issuer, response);
    });
    return this.#metadata;
  }

  #http() {
    const { fetch: fetcher, timeout, issuer } = this.#options;
    return {
      [oauth.customFetch]: (url: string, options: oauth.CustomFetchOptions<string, URLSearchParams | undefined>) =>
        fetcher(url, { ...options, body: options.body ?? null }).catch((cause) => {
          throw unreachable('issuer', url, cause);
        }),
      // Only where the deployment itself pins an issuer without TLS, as a development one does.
      [oauth.allowInsecureRequests]: new URL(issuer.url).protocol === 'http:',
      signal: () => AbortSignal.timeout(timeout),
    };
  }
}

/** What went wrong, in our words: `code` where the issuer refuses what was asked. */
async function run<T>(
  code: 'sign-in-failed' | 'session-ended' | 'party-answer-invalid',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClientError) throw error;
    if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
      throw refused(code, error);
    }
    throw new ClientError(
      code === 'sign-in-failed' ? code : 'party-answer-invalid',
      'The issuer answered in a way that sign-in does not allow.',
      { party: 'issuer', cause: error },
    );
  }
}

function refused(
  code: 'sign-in-failed' | 'session-ended' | 'party-answer-invalid',
  error: oauth.ResponseBodyError | oauth.AuthorizationResponseError,
): ClientError {
  const { error: reason, error_description: words = reason } = error;
  // An issuer in trouble has not ended the session; only a grant that it no longer takes has (RFC 6749, 5.2).
  const told = code === 'session-ended' && reason !== 'invalid_grant' ? 'party-refused' : code;
  return new ClientError(told, `The issuer refused: ${words.slice(0, 300)}`, { party: 'issuer', reason, cause: error });
}

function tokensOf({ id_token, refresh_token }: oauth.TokenEndpointResponse): Tokens {
  if (id_token === undefined) throw failed('The issuer sent no ID token.');
  return { idToken: id_token, refreshToken: refresh_token ?? null };
}

function failed(message: string): ClientError {
  return new ClientError('sign-in-failed', message, { party: 'issuer' });
}
