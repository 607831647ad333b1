import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64url } from '@symbolon/crypto';
import { type CryptoKey, importJWK, type JWK, SignJWT } from 'jose';
import { audience } from '../support/testIssuer.ts';
import type { World } from '../support/world.ts';

/** What the issuer's folder yields: the key that says who somebody is. */
export class SignInKey {
  readonly #url: string;
  readonly #key: CryptoKey;
  readonly #kid: string;

  private constructor(url: string, key: CryptoKey, kid: string) {
    this.#url = url;
    this.#key = key;
    this.#kid = kid;
  }

  static async read({ devnet, deployment }: World): Promise<SignInKey> {
    const file = join(devnet.home.issuer, 'data', 'signing-key.json');
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: (JWK & { kid: string })[] };
    const [jwk] = keys;
    if (jwk === undefined) throw new TypeError('an issuer has a key');
    const key = (await importJWK(jwk, 'ES256')) as CryptoKey;
    return new SignInKey(deployment.issuers[0]?.url ?? '', key, jwk.kid);
  }

  /** RFC 7638 hash of the public half, 32 bytes: what stores vouch for. */
  get thumbprint(): Uint8Array {
    return fromBase64url(this.#kid);
  }

  /** A token of now that says so. */
  mint(sub: string, email: string, nonce: string): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const times = { iat: now, exp: now + 300, auth_time: now };
    return new SignJWT({ iss: this.#url, aud: audience, sub, nonce, email, email_verified: true, ...times })
      .setProtectedHeader({ alg: 'ES256', kid: this.#kid })
      .sign(this.#key);
  }
}
