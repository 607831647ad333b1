import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  addressOf,
  authorisedCodec,
  digest,
  type Envelope,
  findCodec,
  keepAnswer,
  keepCodec,
  pad,
  paths,
  type SignerRequest,
  signerRequestCodec,
} from '@symbolon/protocol';
import {
  activateAt,
  createWallet,
  draft,
  firstSignatures,
  followAt,
  type HandWallet,
  keepAt,
  keepMessage,
} from '../support/creation.ts';
import { Hand, type Path, prove } from '../support/hand.ts';
import { post } from '../support/http.ts';
import { flipped } from '../support/insider.ts';
import { signaturesMade } from '../support/metrics.ts';
import { nothingHappens } from '../support/records.ts';
import { askRelease } from '../support/release.ts';
import {
  about,
  askB,
  askSigner,
  assertSigns,
  messageIntent,
  type Prepared,
  prepare,
  sealB,
  sealToSigner,
  signerRequest,
} from '../support/signing.ts';
import { bootWorld, type RunningSigner, signerOf, type World } from '../support/world.ts';

/** What a device may be told: the one constant refusal, or what it knows of its own clock, signer and intent. */
const tellable = new Set(['refused', 'message-expired', 'signer-unknown', 'intent-malformed']);

let world: World;
let person: Hand;
let wallet: HandWallet;
let signer: RunningSigner;

before(async () => {
  world = await bootWorld();
  person = new Hand(world);
  wallet = await createWallet(person);
  signer = await signerOf(world);
});
after(() => world[Symbol.asyncDispose]());

const approved = async (): Promise<{ request: Prepared; honest: SignerRequest }> => {
  const request = prepare(person, wallet, signer);
  return { request, honest: await signerRequest(person, wallet, request, await sealB(person, request)) };
};

async function assertRefused(request: SignerRequest, what: string): Promise<void> {
  const answer = await askSigner(world, signer, request);
  assert.ok(answer.status === 'refused' && tellable.has(answer.code), `${what}: ${JSON.stringify(answer.status)}`);
}

describe('a request altered after approval is not the one that was approved', () => {
  test('any byte of the envelope', async () => {
    const { request, honest } = await approved();
    const made = await signaturesMade(world);
    await nothingHappens(world, async () => {
      for (let at = 0; at < request.envelopeBytes.length; at += 1) {
        const envelope = flipped(request.envelopeBytes, at * 8 + (at % 8));
        await assertRefused({ ...honest, envelope }, `byte ${at}`);
      }
    });
    assert.equal(await signaturesMade(world), made);
    assert.equal(
      (await askSigner(world, signer, honest)).status,
      'signed',
      'the control: the request as it was approved',
    );
  });

  const changes: Record<string, () => Partial<Envelope>> = {
    deployment: () => ({ deployment: 'dev-00000000' }),
    kind: () => ({ kind: 'create', curve: null, intent: new Uint8Array() }),
    wallet: () => ({ wallet: new Uint8Array(32) }),
    epoch: () => ({ epoch: 2 }),
    'deed head': () => ({ deed: new Uint8Array(32) }),
    signer: () => ({ signer: new Uint8Array(32) }),
    origin: () => ({ origin: 'https://evil.example' }),
    curve: () => ({ curve: 'ed25519' }),
    intent: () => ({ intent: messageIntent('hellp') }),
    expiry: () => ({ expires: Date.now() + 200_000 }),
    salt: () => ({ salt: new Uint8Array(32) }),
  };
  for (const [field, change] of Object.entries(changes)) {
    test(`its ${field}, even where the device key vouches for it towards the signer: neither store sealed for that`, async () => {
      await nothingHappens(world, async () => {
        const { request, honest } = await approved();
        const other = about(wallet, { ...request.envelope, ...change() });
        const htu = addressOf(world.deployment.signer.url, paths.requests);
        const { token } = honest;
        const proof = prove(person.key, { htu, token, rh: other.rh, message: other.envelopeBytes });
        await assertRefused({ ...honest, envelope: other.envelopeBytes, proof }, field);
      });
    });
  }

  test('any byte region of the sealed request: the signer opens nothing', async () => {
    await nothingHappens(world, async () => {
      const { honest } = await approved();
      const { sealed } = sealToSigner(world, signer, pad(signerRequestCodec.encode(honest)));
      const address = addressOf(world.deployment.signer.url, paths.requests);
      for (let at = 0; at < sealed.length; at += 37) {
        const { status, code } = await post(address, flipped(sealed, at * 8), 'application/octet-stream');
        assert.deepEqual([status, code], [409, 'signer-unknown'], `byte ${at}`);
      }
    });
  });

  test('any other part of it: deed, salt, token, proofs, the message for the kms', async () => {
    const other = new Hand(world);
    const theirs = await createWallet(other);
    await nothingHappens(world, async () => {
      const { honest } = await approved();
      const theirRequest = await signerRequest(other, theirs, prepare(other, theirs, signer), honest.sealedShare);
      const altered: Record<string, Partial<SignerRequest>> = {
        deed: { deed: theirs.chain },
        salt: { salt: theirs.salt },
        token: { token: theirRequest.token },
        proof: { proof: theirRequest.proof },
        'proof for the kms': { release: { ...honest.release, proof: honest.proof } },
        'message for the kms': { release: { ...honest.release, message: theirRequest.release.message } },
        'release of somebody else': { release: { ...theirRequest.release, message: honest.release.message } },
        'sealed share': { sealedShare: flipped(honest.sealedShare, 9_000) },
      };
      for (const [what, change] of Object.entries(altered)) await assertRefused({ ...honest, ...change }, what);
    });
  });
});

describe('law 9: a request of one kind is never used as another', () => {
  test('a wallet that exists is never created again, and a pending one never signs', async () => {
    const newcomer = new Hand(world);
    const pending = draft(newcomer);
    for (const store of ['kms', 'cloud'] as const) assert.equal((await keepAt(newcomer, store, pending)).status, 200);
    const asCreate = { kind: 'create', curve: null, intent: new Uint8Array() } as const;
    await nothingHappens(world, async () => {
      for (const [hand, which, kind] of [
        [person, wallet, asCreate],
        [newcomer, pending, {}],
      ] as const) {
        const request = prepare(hand, which, signer, kind);
        assert.equal((await askB(hand, request)).code, 'refused');
        assert.equal(await askRelease(hand, request), 'refused');
      }
    });
  });

  test('a share sealed to create does not sign, and one sealed to sign does not create', async () => {
    const newcomer = new Hand(world);
    const pending = draft(newcomer);
    for (const store of ['kms', 'cloud'] as const) assert.equal((await keepAt(newcomer, store, pending)).status, 200);
    await nothingHappens(world, async () => {
      const create = prepare(newcomer, pending, signer, { kind: 'create', curve: null, intent: new Uint8Array() });
      const sealed = await sealB(newcomer, create);
      const sign = prepare(newcomer, pending, signer);
      await assertRefused(await signerRequest(newcomer, pending, sign, sealed), 'create as sign');
      const smuggled = about(pending, { ...create.envelope, intent: messageIntent() });
      await assertRefused(await signerRequest(newcomer, pending, smuggled, sealed), 'an intent in a creation');
      const mixed = await signerRequest(newcomer, pending, sign, sealed);
      const asCreate = await signerRequest(newcomer, pending, create, sealed);
      await assertRefused({ ...mixed, release: asCreate.release }, 'sign with the release of a creation');
    });
  });

  test('a message for one address is none at any other, with a proof that holds there', async () => {
    const token = await person.token();
    const find = findCodec.encode(person.head('find'));
    const keep = keepCodec.encode(keepMessage(person, 'cloud', wallet));
    const seal = prepare(person, wallet, signer);
    const messages: [own: Path, bytes: Uint8Array, rh: Uint8Array][] = [
      [paths.find, find, digest('request', find)],
      [paths.keep, keep, digest('request', keep)],
      [paths.seals, seal.shareBytes, seal.rh],
    ];
    const addresses = {
      kms: [paths.keep, paths.activate, paths.find, paths.deed, paths.mailCode, paths.confirmMail, paths.receipts],
      cloud: [paths.keep, paths.follow, paths.find, paths.followDeed, paths.countersign, paths.seals],
    };
    await nothingHappens(world, async () => {
      for (const store of ['kms', 'cloud'] as const) {
        for (const path of addresses[store]) {
          for (const [own, message, rh] of messages.filter(([own]) => own !== path)) {
            const htu = addressOf(world.deployment[store].url, path);
            const proof = prove(person.key, { htu, token, rh, message });
            const answer = await post(htu, authorisedCodec.encode({ message, token, proof }));
            assert.deepEqual([answer.status, answer.code], [400, 'malformed'], `${own} at ${path}`);
          }
        }
      }
    });
  });

  test("a store's signed word of one kind is not taken for another", async () => {
    const newcomer = new Hand(world);
    const pending = draft(newcomer);
    await keepAt(newcomer, 'cloud', pending);
    const { kept } = keepAnswer.decode((await keepAt(newcomer, 'kms', pending)).body);
    await nothingHappens(world, async () => {
      const answer = await followAt(newcomer, pending, kept);
      assert.ok(answer.code === 'refused', `kept as activation: ${answer.code}`);
    });
  });
});

describe('law 6: shares are written once', () => {
  test('a second keep with other shares changes nothing, for a pending wallet and for an active one', async () => {
    const newcomer = new Hand(world);
    const pending = draft(newcomer);
    for (const store of ['kms', 'cloud'] as const) assert.equal((await keepAt(newcomer, store, pending)).status, 200);
    await nothingHappens(world, async () => {
      for (const [hand, which] of [
        [newcomer, pending],
        [person, wallet],
      ] as const) {
        for (const store of ['kms', 'cloud'] as const) {
          const others = { ...which.shares[store], secp256k1: flipped(which.shares[store].secp256k1, 3) };
          const message = keepMessage(hand, store, which, others);
          assert.equal((await hand.ask(store, paths.keep, keepCodec, message)).code, 'refused');
          assert.equal((await keepAt(hand, store, which)).status, 200, 'the same shares again: a lost answer');
        }
      }
    });
    await assertSigns(person, wallet, signer);
  });

  test("one store's sealed shares are nothing to the other, nor under another wallet's id", async () => {
    const newcomer = new Hand(world);
    const [one, two] = [draft(newcomer), draft(newcomer)];
    await nothingHappens(world, async () => {
      const forKms = keepMessage(newcomer, 'kms', one);
      assert.ok((await newcomer.ask('cloud', paths.keep, keepCodec, forKms)).status >= 400);
      const moved = { ...keepMessage(newcomer, 'kms', two), sealed: forKms.sealed };
      assert.ok((await newcomer.ask('kms', paths.keep, keepCodec, moved)).status >= 400);
    });
  });
});

describe('law 7: a wallet exists once its stored shares have signed, and a person has one', () => {
  test('before the kms has activated it nobody finds it; the cloud alone cannot say that it exists', async () => {
    const newcomer = new Hand(world);
    const pending = draft(newcomer);
    for (const store of ['kms', 'cloud'] as const) {
      assert.equal((await keepAt(newcomer, store, pending)).status, 200);
      const answer = await newcomer.ask(store, paths.find, findCodec, newcomer.head('find'));
      assert.equal(Buffer.from(answer.body).includes(Buffer.from(pending.id)), false);
    }
  });

  test('signatures made with the whole key, but never from the stored shares, activate nothing', async () => {
    const newcomer = new Hand(world);
    const pending = draft(newcomer);
    for (const store of ['kms', 'cloud'] as const) assert.equal((await keepAt(newcomer, store, pending)).status, 200);
    const twin = new Hand(world);
    const theirs = draft(twin);
    for (const store of ['kms', 'cloud'] as const) assert.equal((await keepAt(twin, store, theirs)).status, 200);
    const signatures = await firstSignatures(twin, theirs);
    await nothingHappens(world, async () => {
      assert.equal((await activateAt(newcomer, pending, signatures)).code, 'refused');
      const cut = { secp256k1: signatures.secp256k1 };
      assert.equal((await activateAt(twin, theirs, cut)).code, 'refused', 'a curve left out');
      const wrong = { ...signatures, ed25519: flipped(signatures.ed25519 ?? new Uint8Array(64), 5) };
      assert.equal((await activateAt(twin, theirs, wrong)).code, 'refused', 'a signature of something else');
    });
    assert.equal((await activateAt(twin, theirs, signatures)).status, 200, 'the control');
  });

  test('of eight creations that race for one person exactly one becomes the wallet', async () => {
    const subject = new Hand(world).subject;
    const racers = Array.from({ length: 8 }, () => new Hand(world, { subject }));
    const outcomes = await Promise.all(
      racers.map(async (racer) => {
        const made = draft(racer);
        for (const store of ['kms', 'cloud'] as const) assert.equal((await keepAt(racer, store, made)).status, 200);
        return (await activateAt(racer, made, await firstSignatures(racer, made))).code ?? 'activated';
      }),
    );
    assert.equal(outcomes.filter((one) => one === 'activated').length, 1);
    assert.equal(outcomes.filter((one) => one === 'wallet-exists').length, 7);
  });
});
