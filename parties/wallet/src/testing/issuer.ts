import { createHash } from 'node:crypto';
import { toBase64url, utf8 } from '@symbolon/crypto';

const audience = 'wallet';

interface Grant {
  nonce: string;
  challenge: string;
}

/** An OpenID Connect issuer as a device meets it: code with PKCE, refresh tokens that serve once, revocation. */
export class TestIssuer {
  readonly url: string;
  /** Who signs in here next. */
  subject: string;
  /** Until it is false: no answer. */
  reachable = true;
  /** Refresh tokens that still serve, with the nonce they came with. */
  readonly alive = new Map<string, string>();
  readonly revoked: string[] = [];
  readonly #now: () => number;
  readonly #codes = new Map<string, Grant>();
  #made = 0;

  constructor(url: string, subject: string, now: () => number = Date.now) {
    this.url = url;
    this.subject = subject;
    this.#now = now;
  }

  /** The person signs in at the address that the wallet sent them to. @returns the address that they come back to */
  signIn(address: string): string {
    const asked = new URL(address).searchParams;
    const code = `code-${this.#next()}`;
    this.#codes.set(code, { nonce: asked.get('nonce') ?? '', challenge: asked.get('code_challenge') ?? '' });
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    return back.href;
  }

  readonly fetch = async (input: string, form: URLSearchParams): Promise<Response> => {
    if (!this.reachable) throw new TypeError('fetch failed');
    const { pathname } = new URL(input);
    if (pathname === '/.well-known/openid-configuration') {
      const [issuer, at] = [this.url, (path: string) => `${this.url}/${path}`];
      const authorization_endpoint = at('auth');
      return Response.json({
        issuer,
        authorization_endpoint,
        token_endpoint: at('token'),
        revocation_endpoint: at('revoke'),
        id_token_signing_alg_values_supported: ['ES256'],
      });
    }
    if (pathname === '/revoke') {
      this.revoked.push(form.get('token') ?? '');
      return new Response(null, { status: 200 });
    }
    const nonce = form.get('grant_type') === 'refresh_token' ? this.#refreshed(form) : this.#exchanged(form);
    return nonce === null ? Response.json({ error: 'invalid_grant' }, { status: 400 }) : this.#tokens(nonce);
  };

  #next(): number {
    this.#made += 1;
    return this.#made;
  }

  #exchanged(form: URLSearchParams): string | null {
    const grant = this.#codes.get(form.get('code') ?? '');
    const hash = createHash('sha256').update(form.get('code_verifier') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    return grant?.challenge === hash.digest('base64url') ? grant.nonce : null;
  }

  #refreshed(form: URLSearchParams): string | null {
    const token = form.get('refresh_token') ?? '';
    const nonce = this.alive.get(token) ?? null;
    this.alive.delete(token);
    return nonce;
  }

  #tokens(nonce: string): Response {
    const iat = Math.floor(this.#now() / 1_000);
    const claims = {
      iss: this.url,
      aud: audience,
      sub: this.subject,
      iat,
      exp: iat + 300,
      auth_time: iat,
      nonce,
      email: `${this.subject}@example.com`,
      email_verified: true,
    };
    const part = (value: object) => toBase64url(utf8(JSON.stringify(value)));
    const refresh_token = `${this.url}#${this.#next()}`;
    this.alive.set(refresh_token, nonce);
    // Nobody on the device's side verifies its signature: the parties do.
    const id_token = `${part({ alg: 'ES256' })}.${part(claims)}.${toBase64url(new Uint8Array(64))}`;
    return Response.json({ access_token: 'a', token_type: 'Bearer', id_token, refresh_token });
  }
}

/** A `fetch` that reaches these issuers and nobody else. */
export const reaching = (...issuers: readonly TestIssuer[]): typeof fetch =>
  (async (input: string, init?: { body?: URLSearchParams }) => {
    const issuer = issuers.find(({ url }) => input.startsWith(url));
    if (issuer === undefined) throw new TypeError(`nobody is at ${input}`);
    return issuer.fetch(input, init?.body ?? new URLSearchParams());
  }) as typeof fetch;
