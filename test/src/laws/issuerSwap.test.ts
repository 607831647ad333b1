import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chainLock, fetchTransport, MemoryStorage, Oidc, readClaims, Session, WalletClient } from '@symbolon/client';
import { ephemeralDeviceKey, nativeCrypto } from '@symbolon/client/node';
import { toBase64url, utf8 } from '@symbolon/crypto';
import { thumbprint } from '@symbolon/protocol';
import { decodeProtectedHeader } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import { clientOf } from '../support/client.ts';
import { Hand } from '../support/hand.ts';
import { codeAfter } from '../support/mail.ts';
import { bootWorld, type World } from '../support/world.ts';

const audience = 'another-client';
const email = 'elsewhere@example.org';

/** A whole person's device whose sign-ins another library's server vouches for. */
async function deviceOf(world: World, url: string, now = () => Date.now()) {
  const storage = new MemoryStorage();
  const key = ephemeralDeviceKey();
  const lock = chainLock();
  const oidc = new Oidc({ issuer: { url, audience }, fetch, timeout: 10_000 });
  let clock = now;
  const session = new Session(oidc, toBase64url(thumbprint(key.point)), 'swap', storage, lock, () => clock());
  const signIn = async () => {
    const redirectUri = 'http://127.0.0.1:9/signed-in';
    const { url: authorise } = await session.begin(redirectUri);
    const response = await fetch(authorise, { redirect: 'manual' });
    return session.finish(response.headers.get('location') ?? '');
  };
  const client = new WalletClient({
    deployment: world.deployment,
    storage,
    key,
    tokens: session,
    name: 'elsewhere',
    origin: 'laws',
    crypto: nativeCrypto,
    lock,
    transport: fetchTransport(fetch),
  });
  const later = (ms: number) => {
    clock = () => Date.now() + ms;
  };
  return { client, session, signIn, later };
}

describe('the issuer is known by URL, audience and keys alone: another library takes its place by configuration', () => {
  const server = new OAuth2Server();
  let world: World;
  let url: string;

  before(async () => {
    await server.issuer.keys.generate('RS256');
    await server.start(0, '127.0.0.1');
    url = server.issuer.url ?? '';
    server.service.on('beforeTokenSigning', (token) => {
      token.payload['auth_time'] = Math.floor(Date.now() / 1_000);
      Object.assign(token.payload, { email, email_verified: true });
    });
    world = await bootWorld({ moreIssuers: [{ url, audience }] });
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await server.stop();
  });

  test('sign in, create, sign, renew without a nonce, sign again, and let a second device in by mail', async () => {
    const laptop = await deviceOf(world, url);
    const claims = await laptop.signIn();
    assert.equal(claims.issuer, url);
    assert.equal(decodeProtectedHeader(await laptop.session.token()).alg, 'RS256');
    const { created, alarm } = await laptop.client.create();
    assert.deepEqual([created, alarm], [true, null]);
    const intent = { type: 'evm-message', message: utf8('signed by another issuer') } as const;
    assert.equal((await laptop.client.sign(intent)).alarm, null);

    laptop.later(3_580_000);
    const renewed = readClaims(await laptop.session.token());
    assert.equal(renewed.nonce, null, 'OpenID Connect Core 12.2: a renewed token may lack the nonce');
    assert.equal((await laptop.client.sign(intent)).alarm, null);

    const phone = await deviceOf(world, url);
    await phone.signIn();
    assert.equal((await phone.client.open()).status, 'not-enrolled');
    await phone.client.joinByMail(await codeAfter(world, email, 8, () => phone.client.requestMailCode()));
    assert.equal((await phone.client.sign(intent)).alarm, null);
    assert.equal((await laptop.client.devices()).length, 2);
  });

  test('its people are not those of another issuer, though they have the same subject', async () => {
    const there = await deviceOf(world, url);
    const { subject } = await there.signIn();
    const here = clientOf(new Hand(world, { subject }));
    assert.equal((await here.open()).status, 'none');
  });
});
