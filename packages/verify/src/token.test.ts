import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { fromBase64url, toBase64url, utf8 } from '@symbolon/crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import { Refusal } from './errors.ts';
import { Clock } from './testing.ts';
import { TokenVerifier } from './token.ts';

const url = 'https://issuer.example/';
const issuer = { url, audience: 'wallet', jwksUrl: 'https://issuer.example/keys' };

interface Signer {
  alg: string;
  kid: string;
  key: CryptoKey;
  jwk: JWK;
}

async function makeKey(alg: string, kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}
const [es256, eddsa, rs256, ps256, stranger] = await Promise.all([
  makeKey('ES256', 'es'),
  makeKey('EdDSA', 'ed'),
  makeKey('RS256', 'rs'),
  makeKey('PS256', 'ps'),
  makeKey('ES256', 'es'),
]);

/** One party's verifier, the keys that the issuer publishes, and how often it was asked for them. */
function setUp(...signers: readonly Signer[]) {
  const clock = new Clock();
  const published = { keys: signers.map(({ jwk }) => jwk), up: true, asked: 0, body: null as string | null };
  const fetcher = async () => {
    published.asked += 1;
    if (!published.up) throw new TypeError('fetch failed');
    return new Response(published.body ?? JSON.stringify({ keys: published.keys }));
  };
  const tokens = new TokenVerifier([issuer], clock.now, fetcher as typeof fetch);
  return { clock, published, tokens };
}

function token(clock: Clock, by: Signer, claims: Record<string, unknown> = {}, header: object = {}): Promise<string> {
  const now = clock.now() / 1_000;
  const said = { iss: url, aud: 'wallet', sub: 'alice', iat: now, exp: now + 300, ...claims };
  return new SignJWT(said)
    .setProtectedHeader({ alg: by.alg, kid: by.kid, ...header } as JWTHeaderParameters)
    .sign(by.key);
}

/** What no library would make, signed all the same by the issuer's ES256 key. */
async function signedAsIs(input: string): Promise<string> {
  const tag = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, es256.key, utf8(input));
  return `${input}.${toBase64url(new Uint8Array(tag))}`;
}

async function refused(work: Promise<unknown>, reason: string): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.reason, reason);
    return true;
  });
}

describe('a token of a pinned issuer for this audience is taken', () => {
  for (const by of [es256, eddsa, rs256, ps256]) {
    it(`signed with ${by.alg}`, async () => {
      const { clock, tokens } = setUp(es256, eddsa, rs256, ps256);
      const { issuer: from, subject, issuerKey } = await tokens.verify(await token(clock, by));
      assert.deepEqual([from, subject], [url, 'alice']);
      assert.deepEqual(issuerKey, fromBase64url(await calculateJwkThumbprint(by.jwk)));
    });
  }

  it('and says what it says: times in ms, the mailbox only where it was verified', async () => {
    const { clock, tokens } = setUp(es256);
    const auth_time = clock.now() / 1_000 - 60;
    const claims = { nonce: 'n', auth_time, email: 'Alice@Example.com', email_verified: true };
    const identity = await tokens.verify(await token(clock, es256, claims));
    assert.equal(identity.nonce, 'n');
    assert.equal(identity.signedInAt, auth_time * 1_000);
    assert.equal(identity.issuedAt, clock.now());
    assert.equal(identity.mailbox, 'alice@example.com');
    for (const email_verified of [false, 'true', undefined]) {
      const unverified = await tokens.verify(await token(clock, es256, { ...claims, email_verified }));
      assert.equal(unverified.mailbox, null);
    }
  });

  it('also of several audiences, if it names this one as the one it was issued to', async () => {
    const { clock, tokens } = setUp(es256);
    await tokens.verify(await token(clock, es256, { aud: ['other', 'wallet'], azp: 'wallet' }));
    await tokens.verify(await token(clock, es256, { aud: ['wallet'] }));
  });

  it('also without a key id, where the issuer has one key', async () => {
    const { clock, tokens } = setUp(es256);
    await tokens.verify(await token(clock, es256, {}, { kid: undefined }));
  });

  it('also without a key id, whichever of the keys signed', async () => {
    const { clock, tokens } = setUp(rs256, es256, eddsa);
    await tokens.verify(await token(clock, es256, {}, { kid: undefined }));
    await tokens.verify(await token(clock, eddsa, {}, { kid: undefined }));
  });
});

describe('a token is refused', () => {
  const claims: Record<string, Record<string, unknown>> = {
    'of another audience': { aud: 'other' },
    'of several audiences that names none': { aud: ['wallet', 'other'] },
    'of several audiences that was issued to another': { aud: ['wallet', 'other'], azp: 'other' },
    'issued to another': { azp: 'other' },
    'of another issuer': { iss: 'https://other.example/' },
    'of an issuer that differs by a slash': { iss: 'https://issuer.example' },
    'of no issuer': { iss: undefined },
    'without a subject': { sub: undefined },
    'with an empty subject': { sub: '' },
    'with a number as subject': { sub: 7 },
    'with a subject too long': { sub: 'x'.repeat(256) },
    'without a time of issue': { iat: undefined },
    'without an end': { exp: undefined },
    'with a time as text': { iat: '1' },
    'not valid before some later time': { nbf: Date.now() / 1_000 + 1_000 },
  };
  for (const [what, changed] of Object.entries(claims)) {
    it(what, async () => {
      const { clock, tokens } = setUp(es256);
      await refused(tokens.verify(await token(clock, es256, changed)), 'token-invalid');
    });
  }

  it('by the clock: too old, ended, or from the future, and a minute is forgiven', async () => {
    const { clock, tokens } = setUp(es256);
    const now = clock.now() / 1_000;
    await refused(tokens.verify(await token(clock, es256, { exp: now - 1 })), 'token-stale');
    await refused(tokens.verify(await token(clock, es256, { exp: now - 3_600 })), 'token-stale');
    await refused(tokens.verify(await token(clock, es256, { iat: now + 61 })), 'token-stale');
    await refused(tokens.verify(await token(clock, es256, { iat: now - 601, exp: now + 9_000 })), 'token-stale');
    await tokens.verify(await token(clock, es256, { iat: now + 59 }));
  });

  it('from the moment it ends, also if it was taken before', async () => {
    const { clock, tokens } = setUp(es256);
    const good = await token(clock, es256);
    await tokens.verify(good);
    clock.at += 299_000;
    await tokens.verify(good);
    clock.at += 1_000;
    await refused(tokens.verify(good), 'token-stale');
  });

  it('that nobody signed', async () => {
    const { clock, tokens } = setUp(es256);
    const [, payload] = (await token(clock, es256)).split('.');
    for (const alg of ['none', 'None', 'NONE', '']) {
      for (const kid of [undefined, 'es']) {
        const head = toBase64url(utf8(JSON.stringify({ alg, kid })));
        await refused(tokens.verify(`${head}.${payload}.`), 'token-invalid');
      }
    }
  });

  it("that was made with the issuer's public key as the secret of an HS256", async () => {
    for (const signer of [rs256, es256]) {
      const { clock, tokens } = setUp(signer);
      const [, payload] = (await token(clock, signer)).split('.');
      const input = `${toBase64url(utf8(JSON.stringify({ alg: 'HS256', kid: signer.kid })))}.${payload}`;
      const publicKey = createPublicKey({ key: signer.jwk as never, format: 'jwk' });
      const pem = publicKey.export({ type: 'spki', format: 'pem' });
      for (const secret of [pem, publicKey.export({ type: 'spki', format: 'der' }), JSON.stringify(signer.jwk)]) {
        const tag = toBase64url(createHmac('sha256', secret).update(input).digest());
        await refused(tokens.verify(`${input}.${tag}`), 'token-invalid');
      }
    }
  });

  it('signed by a key that the issuer does not publish, whatever id it gives it', async () => {
    const { clock, tokens } = setUp(es256);
    await refused(tokens.verify(await token(clock, stranger)), 'token-invalid');
    await refused(tokens.verify(await token(clock, stranger, {}, { kid: undefined })), 'token-invalid');
    await refused(tokens.verify(await token(clock, stranger, {}, { jwk: stranger.jwk })), 'token-invalid');
    const own = { jku: 'https://attacker.example/keys', x5u: 'https://attacker.example/x' };
    await refused(tokens.verify(await token(clock, stranger, {}, own)), 'token-invalid');
  });

  it('signed with an algorithm other than the one its key is published for', async () => {
    const { clock, tokens } = setUp({ ...rs256, jwk: { ...rs256.jwk, alg: 'PS256' } });
    await refused(tokens.verify(await token(clock, rs256)), 'token-invalid');
  });

  it('with a critical header, which it would be wrong to ignore', async () => {
    const { clock, tokens } = setUp(es256);
    const [, payload] = (await token(clock, es256)).split('.');
    const head = toBase64url(utf8(JSON.stringify({ alg: 'ES256', kid: 'es', crit: ['b64'], b64: true })));
    await refused(tokens.verify(await signedAsIs(`${head}.${payload}`)), 'token-invalid');
  });

  it('with a time that never ends, or a payload that is no object', async () => {
    const { clock, tokens } = setUp(es256);
    const [head, payload] = (await token(clock, es256)).split('.');
    const said = Buffer.from(payload ?? '', 'base64url').toString();
    for (const body of [said.replace(/"iat":\d+/, '"iat":1e999'), said.replace(/"iat":\d+/, '"iat":-1e999')]) {
      await assert.rejects(tokens.verify(await signedAsIs(`${head}.${toBase64url(utf8(body))}`)), Refusal);
    }
    for (const body of ['[]', 'null', '"x"', '{', said.slice(1)]) {
      await refused(tokens.verify(await signedAsIs(`${head}.${toBase64url(utf8(body))}`)), 'token-invalid');
    }
  });

  it('with any character changed', async () => {
    const { clock, tokens } = setUp(es256);
    const good = await token(clock, es256);
    for (let at = 0; at < good.length; at += 7) {
      const changed = `${good.slice(0, at)}${good[at] === 'A' ? 'B' : 'A'}${good.slice(at + 1)}`;
      await refused(tokens.verify(changed), 'token-invalid');
    }
  });

  it('that is no token at all, or far too long', async () => {
    const { clock, tokens, published } = setUp(es256);
    for (const text of ['', '.', '..', 'a.b.c', 'x'.repeat(5_000)]) await refused(tokens.verify(text), 'token-invalid');
    const long = await token(clock, es256, { padding: 'x'.repeat(4_096) });
    await refused(tokens.verify(long), 'token-invalid');
    assert.equal(published.asked, 0);
  });
});

describe('the keys of an issuer', () => {
  it('are read once for many tokens, and again after five minutes', async () => {
    const { clock, published, tokens } = setUp(es256);
    await Promise.all([1, 2, 3].map(async (n) => tokens.verify(await token(clock, es256, { n }))));
    assert.equal(published.asked, 1);
    clock.at += 5 * 60_000 + 1;
    await tokens.verify(await token(clock, es256));
    assert.equal(published.asked, 2);
  });

  it('are read at once for a new key, but made-up key ids do not hammer the issuer', async () => {
    const { clock, published, tokens } = setUp(es256);
    await tokens.verify(await token(clock, es256));
    for (let n = 0; n < 20; n++) {
      await refused(tokens.verify(await token(clock, stranger, {}, { kid: `made-up-${n}` })), 'token-invalid');
    }
    assert.equal(published.asked, 1);
    clock.at += 10_001;
    published.keys = [es256.jwk, eddsa.jwk];
    await tokens.verify(await token(clock, eddsa));
    assert.equal(published.asked, 2);
  });

  it('that were taken back sign nothing new once the list is read again, and are vouched for no more', async () => {
    const { clock, published, tokens } = setUp(es256);
    await tokens.verify(await token(clock, es256));
    published.keys = [eddsa.jwk];
    clock.at += 5 * 60_000 + 1;
    await refused(tokens.verify(await token(clock, es256)), 'token-invalid');
    const current = await tokens.currentKeys(url);
    assert.deepEqual(current, [fromBase64url(await calculateJwkThumbprint(eddsa.jwk))]);
    await refused(tokens.currentKeys('https://other.example/'), 'token-invalid');
  });

  it('that cannot be read: the issuer is unreachable, until it is back', async () => {
    const { clock, published, tokens } = setUp(es256);
    published.up = false;
    const good = await token(clock, es256);
    await refused(tokens.verify(good), 'issuer-unreachable');
    published.up = true;
    await tokens.verify(good);
  });

  it('are not renewed from an answer that is too large or of another form', async () => {
    for (const body of [
      '',
      '[]',
      '{"keys":{}}',
      `{"keys":[],"x":"${'x'.repeat(70_000)}"}`,
      JSON.stringify({ keys: Array(33).fill({}) }),
    ]) {
      const { clock, published, tokens } = setUp(es256);
      published.body = body;
      await refused(tokens.verify(await token(clock, es256)), 'issuer-unreachable');
    }
  });

  it('are only those for signatures: no secret key, none for encryption, none with its private half', async () => {
    const { clock, tokens } = setUp(
      { ...es256, jwk: { ...es256.jwk, use: 'enc' } },
      { ...es256, jwk: { kty: 'oct', k: 'AAAA', kid: 'es' } },
      { ...es256, jwk: { ...(await exportJWK(es256.key)), kid: 'es' } },
    );
    await refused(tokens.verify(await token(clock, es256)), 'token-invalid');
  });

  it('are found by discovery, and a document that names another issuer lends it none', async () => {
    const clock = new Clock();
    let names = url;
    const fetcher = async (from: string) => {
      const discovered = from === 'https://issuer.example/.well-known/openid-configuration';
      return Response.json(discovered ? { issuer: names, jwks_uri: issuer.jwksUrl } : { keys: [es256.jwk] });
    };
    const make = () => new TokenVerifier([{ url, audience: 'wallet' }], clock.now, fetcher as typeof fetch);
    await make().verify(await token(clock, es256));
    names = 'https://other.example/';
    await refused(make().verify(await token(clock, es256)), 'issuer-unreachable');
  });
});
