import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toBase64url, utf8 } from '@symbolon/crypto';
import { signEs256 } from '@symbolon/crypto/native';

/** What a token says beside issuer, audience and times. */
export interface TestPerson {
  subject: string;
  /** The mailbox as verified; absent: none. */
  email?: string;
}

/** An OIDC issuer that believes whoever asks: for loads and vectors, where nobody reads mail. */
export interface TestIssuer extends AsyncDisposable {
  /** As a deployment pins it. */
  readonly url: string;
  readonly audience: string;
  /** An ID token (ES256) of a sign-in at `now`, ms, by this person for the device key whose thumbprint is `nonce`. */
  mint(person: TestPerson, nonce: string, now: number): string;
}

const audience = 'symbolon-test';
const keyId = 'test-1';
/** As long as the parties let a token serve, seconds: none ends during a run. */
const tokenSeconds = 600;

/** Starts the issuer on a free port of 127.0.0.1, with a signing key of its own that ends with it. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('request', answering(documents(url, publicKey)));
  return {
    url,
    audience,
    mint: (person, nonce, now) => mint(privateKey, url, person, nonce, now),
    [Symbol.asyncDispose]: () => close(server),
  };
}

/** OpenID Connect Discovery 1.0, section 3, as far as the parties read it, and the JWK set. */
function documents(issuer: string, publicKey: KeyObject): Record<string, unknown> {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'ES256' };
  return {
    '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/jwks` },
    '/jwks': { keys: [jwk] },
  };
}

function answering(pages: Record<string, unknown>) {
  return ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    const page = Object.hasOwn(pages, url) ? pages[url] : undefined;
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ?? {}));
  };
}

function mint(key: KeyObject, issuer: string, { subject, email }: TestPerson, nonce: string, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const mailbox = email === undefined ? {} : { email, email_verified: true };
  const times = { auth_time: seconds, iat: seconds, exp: seconds + tokenSeconds };
  const input = [
    { alg: 'ES256', typ: 'JWT', kid: keyId },
    { iss: issuer, aud: audience, sub: subject, nonce, ...times, ...mailbox },
  ]
    .map((part) => toBase64url(utf8(JSON.stringify(part))))
    .join('.');
  return `${input}.${toBase64url(signEs256(key, utf8(input)))}`;
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
