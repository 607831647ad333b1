import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromBase64url } from '@symbolon/crypto';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** What a token of the test issuer says beside `iss`; times in seconds. Undefined leaves a claim out. */
export interface Claims {
  sub: string;
  aud?: string | string[];
  azp?: string;
  nonce?: string | undefined;
  auth_time?: number | undefined;
  email?: string | undefined;
  email_verified?: boolean;
  iss?: string;
  iat?: number;
  exp?: number;
}

export const audience = 'symbolon-wallet';

/** An OIDC issuer as the parties know one: a URL, an audience and published keys. Whoever holds it mints what they like. */
export class TestIssuer implements AsyncDisposable {
  readonly url: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly #server: Server;

  private constructor(server: Server, url: string, keys: { privateKey: CryptoKey; publicKey: CryptoKey }) {
    this.#server = server;
    this.url = url;
    this.privateKey = keys.privateKey;
    this.publicKey = keys.publicKey;
  }

  static async start(): Promise<TestIssuer> {
    const keys = await generateKeyPair('ES256', { extractable: true });
    const jwk: JWK = { ...(await exportJWK(keys.publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}`;
      const body = request.url === '/jwks' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    return new TestIssuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys);
  }

  /** RFC 7638 hash of its key: what stores vouch for. */
  async thumbprint(): Promise<Uint8Array> {
    return fromBase64url(await calculateJwkThumbprint(await exportJWK(this.publicKey)));
  }

  /** A token that holds, but for what `claims` says otherwise. */
  mint(claims: Claims): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const all = { iss: this.url, aud: audience, iat: now, exp: now + 300, auth_time: now, ...claims };
    const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return new SignJWT(present).setProtectedHeader({ alg: 'ES256', kid: 'test' }).sign(this.privateKey);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
