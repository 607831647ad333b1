import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fromBase64url, toBase64url, utf8 } from '@symbolon/crypto';
import {
  addressOf,
  authorisedCodec,
  deedFollowCodec,
  deedUpdateCodec,
  findAnswer,
  findCodec,
  keepCodec,
  mailCodeCodec,
  paths,
  receiptsCodec,
  shareRequestCodec,
} from '@symbolon/protocol';
import { exportSPKI, SignJWT } from 'jose';
import { createWallet, draft, type HandWallet, keepMessage } from '../support/creation.ts';
import { enrolled, nextBody, vouchedBy } from '../support/deeds.ts';
import { Hand, newDeviceKey, prove } from '../support/hand.ts';
import { get, post } from '../support/http.ts';
import { Insider } from '../support/insider.ts';
import { nothingHappens } from '../support/records.ts';
import { askRelease } from '../support/release.ts';
import { askB, askSigner, assertSigns, prepare, sealB, signerRequest } from '../support/signing.ts';
import { audience, TestIssuer } from '../support/testIssuer.ts';
import { bootWorld, type RunningSigner, signerOf, type World } from '../support/world.ts';

/** Everything a key that is not enrolled could ask for with a token of its own making or stealing. */
async function askForEverything(
  thief: Hand,
  wallet: HandWallet,
  signer: RunningSigner,
  token: string,
): Promise<string[]> {
  const { world } = thief;
  const request = prepare(thief, wallet, signer);
  const codes: string[] = [];
  codes.push((await askB(thief, request, token)).code ?? 'served');

  const released = await askRelease(thief, request, token);
  codes.push(released);

  // No store gave it Key B: what it has to offer in its place is noise.
  const sealedShare = new Uint8Array(1_500);
  const answer = await askSigner(world, signer, {
    ...(await signerRequest(thief, wallet, request, sealedShare)),
    token,
  });
  codes.push(answer.status === 'refused' ? answer.code : 'served');

  const head = { wallet: wallet.id } as const;
  const receipts = { ...thief.head('receipts'), ...head, from: 1, count: 10 };
  codes.push((await thief.ask('kms', paths.receipts, receiptsCodec, receipts, { token })).code ?? 'served');

  const devices = [...wallet.deed.devices, enrolled(thief.key, 'approval')];
  const body = nextBody(wallet, { devices });
  const version = { body, authority: vouchedBy(thief.key, body) };
  const update = { ...thief.head('deed'), ...head, version };
  codes.push((await thief.ask('kms', paths.deed, deedUpdateCodec, update, { token })).code ?? 'served');
  const order = { body: utf8('an order'), signature: new Uint8Array(64) };
  const follow = { ...thief.head('follow-deed'), ...head, versions: [version], order };
  codes.push((await thief.ask('cloud', paths.followDeed, deedFollowCodec, follow, { token })).code ?? 'served');
  return codes;
}

describe('law 3: every use needs a fresh token and a proof of an enrolled device', () => {
  let world: World;
  let person: Hand;
  let wallet: HandWallet;
  let signer: RunningSigner;

  before(async () => {
    world = await bootWorld();
    person = new Hand(world, { email: 'ada@example.org' });
    wallet = await createWallet(person);
    signer = await signerOf(world);
    await assertSigns(person, wallet, signer);
  });
  after(() => world[Symbol.asyncDispose]());

  test('a stolen token alone signs nothing, changes nothing and learns nothing', async () => {
    const stolen = await person.token();
    const thief = new Hand(world, { subject: person.subject });
    await nothingHappens(world, async () => {
      const codes = await askForEverything(thief, wallet, signer, stolen);
      assert.deepEqual(new Set(codes), new Set(['refused']));
      for (const store of ['kms', 'cloud'] as const) {
        const found = await thief.ask(store, paths.find, findCodec, thief.head('find'), { token: stolen });
        assert.equal(found.code, 'refused');
      }
      const mail = { ...thief.head('mail-code'), wallet: wallet.id };
      assert.equal((await thief.ask('kms', paths.mailCode, mailCodeCodec, mail, { token: stolen })).code, 'refused');
    });
  });

  test('a stolen token cannot begin a wallet in the name of its person', async () => {
    const fresh = new Hand(world);
    const thief = new Hand(world, { subject: fresh.subject });
    const stolen = await fresh.token();
    const made = draft(thief);
    await nothingHappens(world, async () => {
      for (const store of ['kms', 'cloud'] as const) {
        const answer = await thief.ask(store, paths.keep, keepCodec, keepMessage(thief, store, made), {
          token: stolen,
        });
        assert.equal(answer.code, 'refused');
      }
    });
  });

  test('token and operator together sign nothing: Key B alone is noise, and the kms wants the device', async () => {
    const stolen = await person.token();
    const thief = new Hand(world, { subject: person.subject });
    // The operator opens Key B with its own root key and seals it, under its own signature, for whatever its thief asks.
    const operator = new Insider(world, 'cloud');
    const b = await operator.readShare(wallet, 'secp256k1');
    await nothingHappens(world, async () => {
      const request = prepare(thief, wallet, signer);
      for (const device of [thief, person]) {
        const sealed = await operator.seal(device, request, signer, b);
        const asked = await signerRequest(thief, wallet, request, sealed);
        const htu = addressOf(world.deployment.signer.url, paths.requests);
        const proof = prove(thief.key, { htu, token: stolen, rh: request.rh, message: request.envelopeBytes });
        const answer = await askSigner(world, signer, { ...asked, token: stolen, proof });
        assert.equal(answer.status === 'refused' && answer.code, 'refused');
      }
      assert.equal(await askRelease(thief, request, stolen), 'refused');
    });
  });

  test('an issuer that mints tokens signs nothing, for no key of its own', async () => {
    const minting = new Hand(world, { subject: person.subject, email: 'ada@example.org' });
    await nothingHappens(world, async () => {
      const token = await minting.token();
      const codes = await askForEverything(minting, wallet, signer, token);
      assert.deepEqual(new Set(codes), new Set(['refused']));
    });
  });

  test('what a sign-in for a new key learns is the deed, and not one share', async () => {
    const minting = new Hand(world, { subject: person.subject });
    await nothingHappens(world, async () => {
      const answer = await minting.ask('cloud', paths.find, findCodec, minting.head('find'));
      const { found } = findAnswer.decode(answer.body);
      assert.deepEqual(found?.wallet, wallet.id);
      for (const shares of Object.values(wallet.shares)) {
        for (const share of Object.values(shares)) {
          assert.equal(Buffer.from(answer.body).includes(Buffer.from(share)), false);
        }
      }
    });
  });

  describe('a token that is not exactly one of this issuer, for this audience, of this person, now', () => {
    const now = () => Math.floor(Date.now() / 1_000);
    const segment = (value: object) => toBase64url(utf8(JSON.stringify(value)));
    const payload = () => ({
      iss: world.issuer.url,
      sub: person.subject,
      aud: audience,
      nonce: person.key.nonce,
      iat: now(),
      exp: now() + 300,
      auth_time: now(),
    });

    const forgeries: Record<string, () => Promise<string>> = {
      'of another person': () => person.token({ sub: 'somebody-else' }),
      'for another audience': () => person.token({ aud: 'another-app' }),
      'shared with another audience, and issued to it': () =>
        person.token({ aud: [audience, 'another'], azp: 'another' }),
      'that names another issuer': () => person.token({ iss: world.deployment.issuers[0]?.url ?? '' }),
      'of an issuer that nobody pinned': async () => {
        await using other = await TestIssuer.start();
        return other.mint({ sub: person.subject, nonce: person.key.nonce });
      },
      'signed by another key under the pinned issuer': async () => {
        await using other = await TestIssuer.start();
        return other.mint({ sub: person.subject, nonce: person.key.nonce, iss: world.issuer.url });
      },
      'with algorithm none': async () => `${segment({ alg: 'none', kid: 'test' })}.${segment(payload())}.`,
      'with algorithm none and some signature': async () =>
        `${segment({ alg: 'none', kid: 'test' })}.${segment(payload())}.${toBase64url(new Uint8Array(64))}`,
      'with HS256 under the public key as PEM': async () => {
        const secret = utf8(await exportSPKI(world.issuer.publicKey));
        return new SignJWT(payload()).setProtectedHeader({ alg: 'HS256', kid: 'test' }).sign(secret);
      },
      'with HS256 under the public key as coordinates': async () => {
        const { keys } = JSON.parse(new TextDecoder().decode((await get(`${world.issuer.url}/jwks`)).body));
        const secret = Buffer.concat([fromBase64url(keys[0].x), fromBase64url(keys[0].y)]);
        return new SignJWT(payload()).setProtectedHeader({ alg: 'HS256', kid: 'test' }).sign(secret);
      },
      'with one bit of its signature flipped': async () => {
        const token = await person.token();
        const cut = token.lastIndexOf('.') + 1;
        const signature = fromBase64url(token.slice(cut));
        signature[40] = (signature[40] ?? 0) ^ 1;
        return token.slice(0, cut) + toBase64url(signature);
      },
      'with a header that is critical and unknown': () =>
        new SignJWT(payload())
          .setProtectedHeader({ alg: 'ES256', kid: 'test', crit: ['b64'], b64: true })
          .sign(world.issuer.privateKey),
      'without a subject': () => person.token({ sub: '' }),
      'that has expired': () => person.token({ iat: now() - 600, exp: now() - 300 }),
      'that is of tomorrow': () => person.token({ iat: now() + 86_400, exp: now() + 87_000 }),
      'that lives for a year': () => person.token({ iat: now() - 3_600, exp: now() + 31_536_000 }),
    };
    for (const [what, forge] of Object.entries(forgeries)) {
      test(`${what}, is refused by cloud, kms and signer`, async () => {
        const token = await forge();
        await nothingHappens(world, async () => {
          const request = prepare(person, wallet, signer);
          const fromCloud = await askB(person, request, token);
          const told = fromCloud.code;
          assert.ok(told === 'refused' || told === 'token-stale', String(told));
          assert.ok(fromCloud.status === 401 || fromCloud.status === 403);
          assert.equal(await askRelease(person, request, token), 'refused');

          const sealed = await sealB(person, request);
          const honest = await signerRequest(person, wallet, request, sealed);
          const htu = addressOf(world.deployment.signer.url, paths.requests);
          const proof = prove(person.key, { htu, token, rh: request.rh, message: request.envelopeBytes });
          const answer = await askSigner(world, signer, { ...honest, token, proof });
          assert.equal(answer.status === 'refused' && answer.code, told);
        });
      });
    }
  });

  test('a proof is good for one recipient, one request, one message, one token and one minute', async () => {
    const request = prepare(person, wallet, signer);
    const token = await person.token();
    const { cloud, kms } = world.deployment;
    const right = { htu: addressOf(cloud.url, paths.seals), token, rh: request.rh, message: request.shareBytes };
    const wrong = {
      'another address': { ...right, htu: addressOf(kms.url, paths.releases) },
      'another path': { ...right, htu: addressOf(cloud.url, paths.keep) },
      'another request': { ...right, rh: new Uint8Array(32) },
      'another message': { ...right, message: shareRequestCodec.encode({ ...request.share, epoch: 2 }) },
      'another token': { ...right, token: await person.token({ iat: -1 + Math.floor(Date.now() / 1_000) }) },
      'an hour ago': { ...right, iat: Math.floor(Date.now() / 1_000) - 3_600 },
    };
    await nothingHappens(world, async () => {
      for (const [what, proven] of Object.entries(wrong)) {
        const body = { message: request.shareBytes, token, proof: prove(person.key, proven) };
        const answer = await post(right.htu, authorisedCodec.encode(body));
        assert.equal(answer.code, what === 'an hour ago' ? 'proof-stale' : 'refused', what);
      }
      const stranger = prove(newDeviceKey(), right);
      assert.equal(
        (await post(right.htu, authorisedCodec.encode({ message: request.shareBytes, token, proof: stranger }))).code,
        'refused',
      );
    });
  });

  test('after all that the person still signs', () => assertSigns(person, wallet, signer));
});
