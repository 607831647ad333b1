import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '@symbolon/crypto';
import { hpkeXWing, SigningKey } from '@symbolon/crypto/native';
import {
  type Envelope,
  envelopeCodec,
  packShare,
  type Receipt,
  receiptHash,
  receiptStatement,
  requestHash,
  type ShareHeader,
  type Store,
  sealInfo,
  signStatement,
  storeTimeWindow,
  thumbprint,
} from '@symbolon/protocol';
import { Metrics } from '@symbolon/service';
import { DeedVerifier, ProofVerifier, Refusal, TokenVerifier } from '@symbolon/verify';
import { checks, filled, makeSigner, makeWallet, makeWorld, TestDevice } from '../../../packages/verify/src/testing.ts';
import { type Asked, checkAgreement, checkReceipt, openShare } from './agree.ts';
import { KmsLink } from './kmsLink.ts';
import { outbound } from './outbound.ts';
import { OutcomeReporter } from './outcomes.ts';
import type { Signer } from './signer.ts';

const world = await makeWorld();
const { clock, deployment, issuer } = world;
const { id, sealing, signing } = makeSigner();
const device = new TestDevice();
const wallet = makeWallet(world, device, 'alice');
const roots = { deployment: deployment.id, kms: deployment.kms.signing, cloud: deployment.cloud.signing };
const tokens = new TokenVerifier(deployment.issuers, clock.now);
const out = outbound();
const signer: Signer = {
  deployment,
  id,
  sealing,
  tokens,
  proofs: new ProofVerifier(checks, clock.now),
  deeds: new DeedVerifier(roots, checks),
  kms: new KmsLink(deployment.kms.url, out.connect),
  outcomes: new OutcomeReporter(
    deployment,
    id,
    signing,
    clock.now,
    new Metrics().counter('ended_total', 'x', ['outcome']),
    out.fetch,
  ),
  now: clock.now,
};

const identity = await tokens.verify(await issuer.token('alice', device));
const envelope: Envelope = {
  v: 1,
  deployment: deployment.id,
  kind: 'sign',
  wallet: wallet.id,
  epoch: 1,
  deed: wallet.id,
  signer: id,
  origin: 'https://wallet.example',
  curve: 'secp256k1',
  intent: filled(10, 1),
  expires: clock.at + 60_000,
  salt: filled(32, 1),
};
const rh = requestHash(envelopeCodec.encode(envelope));
const asked: Asked = { envelope, rh, deed: wallet.deed, identity, device: thumbprint(device.point) };
const curves = ['secp256k1'] as const;

const common = {
  v: 1,
  deployment: deployment.id,
  kind: 'sign',
  wallet: wallet.id,
  epoch: 1,
  deed: wallet.id,
  signer: id,
  rh,
  device: thumbprint(device.point),
  at: clock.at,
} as const;
const headerOf = (store: Store): ShareHeader => ({
  ...common,
  receipt: store === 'kms' ? filled(32, 7) : null,
  issuerKeys: [identity.issuerKey],
  store,
  publicKeys: { secp256k1: wallet.deed.keys.secp256k1 },
});

function sealed(
  store: Store,
  changed: Partial<ShareHeader> = {},
  other: { by?: SigningKey; for?: Store; aad?: Uint8Array; shares?: number } = {},
): Uint8Array {
  const shares = Array.from({ length: other.shares ?? 1 }, () => Secret.random(32));
  using packed = packShare({ ...headerOf(store), ...changed }, shares, other.by ?? world[store].signing);
  const info = sealInfo(`share-${other.for ?? store}`, deployment.id);
  using channel = hpkeXWing.sequence(sealing.publicKey, info);
  return channel.seal(other.aad ?? rh, packed.expose());
}
const mismatch = (work: () => unknown) =>
  assert.throws(
    work,
    (error: unknown) => error instanceof Refusal && error.reason === 'share-mismatch' && error.code === 'refused',
  );

const fields: Record<string, Partial<ShareHeader & Receipt>> = {
  deployment: { deployment: 'test-other' },
  kind: { kind: 'create' },
  wallet: { wallet: filled(32, 9) },
  epoch: { epoch: 2 },
  'deed head': { deed: filled(32, 9) },
  signer: { signer: filled(32, 9) },
  request: { rh: filled(32, 9) },
  device: { device: filled(32, 9) },
  'time, a minute behind': { at: clock.at - storeTimeWindow - 1 },
  'time, a minute ahead': { at: clock.at + storeTimeWindow + 1 },
  "issuer's keys": { issuerKeys: [filled(32, 9)] },
};

describe('a share is joined only if its store speaks of this very request', () => {
  for (const store of ['kms', 'cloud'] as const) {
    it(`${store}: as it should be`, () => {
      const { header, shares } = openShare(signer, store, sealed(store), { ...asked, curves });
      assert.deepEqual(header, headerOf(store));
      assert.equal(shares.length, 1);
    });

    for (const [field, changed] of Object.entries(fields)) {
      it(`${store}: not of another ${field}`, () => {
        mismatch(() => openShare(signer, store, sealed(store, changed), { ...asked, curves }));
      });
    }

    it(`${store}: not of other public keys, nor of more or fewer than the task needs`, () => {
      const { secp256k1, ed25519 } = wallet.deed.keys;
      assert.ok(secp256k1 && ed25519);
      const open = (publicKeys: ShareHeader['publicKeys'], shares: number) =>
        openShare(signer, store, sealed(store, { publicKeys }, { shares }), { ...asked, curves });
      mismatch(() => open({ secp256k1: filled(33, 2) }, 1));
      mismatch(() => open({ ed25519 }, 1));
      mismatch(() => open({ secp256k1, ed25519 }, 2));
    });

    it(`${store}: not signed by the other store, the signer itself, or a stranger`, () => {
      const other = store === 'kms' ? 'cloud' : 'kms';
      for (const by of [world[other].signing, signing, SigningKey.generate()]) {
        mismatch(() => openShare(signer, store, sealed(store, {}, { by }), { ...asked, curves }));
      }
    });

    it(`${store}: not said to be of the other store`, () => {
      const other = store === 'kms' ? 'cloud' : 'kms';
      mismatch(() => openShare(signer, store, sealed(store, { store: other }), { ...asked, curves }));
    });

    it(`${store}: not sealed for another purpose or another request`, () => {
      const failed = (work: () => unknown) => assert.throws(work, { code: 'open-failed' });
      const other = store === 'kms' ? 'cloud' : 'kms';
      failed(() => openShare(signer, store, sealed(store, {}, { for: other }), { ...asked, curves }));
      failed(() => openShare(signer, store, sealed(store, {}, { aad: filled(32, 9) }), { ...asked, curves }));
    });
  }
});

describe('a receipt', () => {
  const challenge = filled(32, 5);
  const receipt: Receipt = {
    ...common,
    issuerKeys: [identity.issuerKey],
    number: 1,
    previous: null,
    challenge,
    expires: envelope.expires,
    log: { index: 1, previous: filled(32, 0) },
  };
  const signed = (changed: Partial<Receipt> = {}, by = world.kms.signing) =>
    signStatement(receiptStatement, { ...receipt, ...changed }, by);

  it("is the kms's word on this request, in answer to this challenge", () => {
    const { receipt: said, hash, isSigned } = checkReceipt(signer, signed(), challenge, asked);
    assert.ok(isSigned());
    assert.deepEqual(said, receipt);
    assert.deepEqual(hash, receiptHash(signed().body));
  });

  for (const [field, changed] of Object.entries(fields)) {
    it(`not of another ${field}`, () => mismatch(() => checkReceipt(signer, signed(changed), challenge, asked)));
  }

  it('not in answer to another challenge, nor for another end', () => {
    mismatch(() => checkReceipt(signer, signed(), filled(32, 6), asked));
    mismatch(() => checkReceipt(signer, signed({ expires: envelope.expires + 1 }), challenge, asked));
  });

  it('not signed by the cloud or anyone else, nor signed as something else', () => {
    const bare = { body: signed().body, signature: world.kms.signing.sign(signed().body) };
    for (const other of [signed({}, world.cloud.signing), signed({}, SigningKey.generate()), bare])
      assert.equal(checkReceipt(signer, other, challenge, asked).isSigned(), false);
  });

  it('is the one that the share of Key A names, of the same release, and of the same minute as Key B', () => {
    const onRecord = checkReceipt(signer, signed(), challenge, asked);
    const [kms, cloud] = [{ ...headerOf('kms'), receipt: onRecord.hash }, headerOf('cloud')];
    checkAgreement(kms, cloud, onRecord);
    checkAgreement(kms, { ...cloud, at: kms.at - storeTimeWindow }, onRecord);
    mismatch(() => checkAgreement({ ...kms, at: kms.at + 1 }, cloud, onRecord));
    for (const named of [null, filled(32, 7)])
      mismatch(() => checkAgreement({ ...kms, receipt: named }, cloud, onRecord));
    for (const apart of [storeTimeWindow + 1, -storeTimeWindow - 1]) {
      mismatch(() => checkAgreement(kms, { ...cloud, at: kms.at + apart }, onRecord));
    }
  });
});
