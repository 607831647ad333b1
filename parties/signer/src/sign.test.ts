import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { digest as intentDigest, parseIntent } from '@symbolon/chains/evm';
import { Secret, sha256, utf8 } from '@symbolon/crypto';
import { hpkeXWing, verifyEd25519, verifySecp256k1 } from '@symbolon/crypto/native';
import {
  addressOf,
  creationBytes,
  creationDigest,
  curvesInOrder,
  type Envelope,
  encodeData,
  envelopeCodec,
  type Outcome,
  openStatement,
  outcomesStatement,
  packShare,
  pad,
  paths,
  type Receipt,
  type ReleaseAsk,
  type ReleaseResult,
  receiptHash,
  receiptStatement,
  releasesAnswer,
  releasesCodec,
  requestHash,
  type ShareHeader,
  type Signed,
  type SignerAnswer,
  type SignerRequest,
  type Store,
  sealInfo,
  shareRequestCodec,
  signedCodec,
  signerAnswerCodec,
  signerRequestCodec,
  signStatement,
  thumbprint,
  unpad,
} from '@symbolon/protocol';
import { Metrics } from '@symbolon/service';
import { DeedVerifier, ProofVerifier, TokenVerifier } from '@symbolon/verify';
import {
  byDevice,
  checks,
  entryOf,
  filled,
  flipped,
  makeSigner,
  makeWallet,
  makeWorld,
  nextBody,
  shareRequestOf,
  TestDevice,
} from '../../../packages/verify/src/testing.ts';
import { KmsLink } from './kmsLink.ts';
import { outbound } from './outbound.ts';
import { OutcomeReporter } from './outcomes.ts';
import { serve } from './serve.ts';
import type { Signer } from './signer.ts';
import { startServer } from './testing.ts';

const made = await makeWorld();
const { clock, issuer } = made;
const device = new TestDevice();
const wallet = makeWallet(made, device, 'alice');
const keys = makeSigner();
const issuerKeys = [
  (await new TokenVerifier(made.deployment.issuers, clock.now).verify(await issuer.token('alice', null))).issuerKey,
];

/** What the kms gives and says; a test lets it lie. */
const kms = {
  asked: 0,
  share: (index: number): Secret => copy(wallet.shares.kms[index]),
  header: {} as Partial<ShareHeader>,
  receipt: {} as Partial<Receipt>,
  signed: {} as Partial<Signed>,
};
const outcomes: Record<Store, Outcome[]> = { kms: [], cloud: [] };

const server = await startServer(async (path, body) => {
  if (path.endsWith(paths.outcomes)) {
    const said = openStatement(outcomesStatement, signedCodec.decode(body), keys.signing.publicKey, verifyEd25519);
    outcomes[path.startsWith('/cloud') ? 'cloud' : 'kms'].push(...(said?.items ?? []));
    return { body: Uint8Array.of(0xa0) };
  }
  const { asks } = releasesCodec.decode(body);
  return { body: releasesAnswer.encode({ results: asks.map(releasedTo) }) };
});
const store = { ...made.deployment.kms, url: server.url };
const deployment = { ...made.deployment, kms: store, cloud: { ...made.deployment.cloud, url: `${server.url}/cloud` } };
const world = { ...made, deployment };

const counter = new Metrics().counter('ended_total', 'How releases ended.', ['outcome']);
const out = outbound();
const signer: Signer = {
  deployment,
  id: keys.id,
  sealing: keys.sealing,
  tokens: new TokenVerifier(deployment.issuers, clock.now),
  proofs: new ProofVerifier(checks, clock.now),
  deeds: new DeedVerifier({ deployment: deployment.id, kms: store.signing, cloud: deployment.cloud.signing }, checks),
  kms: new KmsLink(deployment.kms.url, out.connect),
  outcomes: new OutcomeReporter(deployment, keys.id, keys.signing, clock.now, counter, out.fetch),
  now: clock.now,
};
after(async () => {
  await signer.outcomes.close();
  await signer.kms.close();
  server.close();
});

const copy = (share: Secret | undefined): Secret => Secret.take((share?.expose() ?? filled(32, 0)).slice());
const message = utf8('pay nobody');
const intent = encodeData({ type: 'evm-message', message });

function seal(from: Store, header: ShareHeader, shares: readonly Secret[]): Uint8Array {
  using packed = packShare(header, shares, world[from].signing);
  using channel = hpkeXWing.sequence(keys.sealing.publicKey, sealInfo(`share-${from}`, deployment.id));
  return channel.seal(header.rh, packed.expose());
}

/** The kms's part, without its checks: those are its own tests' matter. */
function releasedTo({ message: asked, challenge }: ReleaseAsk): ReleaseResult {
  kms.asked += 1;
  const { expires, publicKeys, ...request } = shareRequestCodec.decode(asked);
  const said = { ...request, device: thumbprint(device.point), at: clock.at, issuerKeys };
  const log = { index: 1, previous: filled(32, 0) };
  const receipt: Receipt = { ...said, number: kms.asked, previous: null, challenge, expires, log, ...kms.receipt };
  const shares = curvesInOrder.flatMap((curve, index) => (publicKeys[curve] === undefined ? [] : [kms.share(index)]));
  const signed = signStatement(receiptStatement, receipt, world.kms.signing);
  const header: ShareHeader = { ...said, store: 'kms', publicKeys, receipt: receiptHash(signed.body), ...kms.header };
  return {
    status: 'released',
    receipt: { ...signed, ...kms.signed },
    sealed: seal('kms', header, shares),
  };
}

interface Changes {
  envelope?: Partial<Envelope>;
  request?: Partial<SignerRequest>;
  header?: Partial<ShareHeader>;
  shareB?: (index: number) => Secret;
  by?: TestDevice;
  token?: string;
}

/** What the device sends, with a share B that a test may have changed. */
async function requestOf(changes: Changes = {}): Promise<SignerRequest> {
  const by = changes.by ?? device;
  const token = changes.token ?? (await issuer.token('alice', null));
  const envelope: Envelope = {
    v: 1,
    deployment: deployment.id,
    kind: 'sign',
    wallet: wallet.id,
    epoch: 1,
    deed: wallet.id,
    signer: keys.id,
    origin: 'https://wallet.example',
    curve: 'secp256k1',
    intent,
    expires: clock.at + 60_000,
    salt: Secret.random(32).expose(),
    ...changes.envelope,
  };
  const bytes = envelopeCodec.encode(envelope);
  const rh = requestHash(bytes);
  const all = envelope.kind === 'create';
  const publicKeys = all ? wallet.deed.keys : { secp256k1: wallet.deed.keys.secp256k1 };
  const { kind, deed, expires, epoch } = envelope;
  const asked = shareRequestOf(world, wallet, keys, { kind, deed, expires, epoch, publicKeys, rh });
  const { expires: _, ...said } = asked;
  const header: ShareHeader = {
    ...said,
    store: 'cloud',
    device: thumbprint(by.point),
    at: clock.at,
    issuerKeys,
    receipt: null,
    ...changes.header,
  };
  const share = changes.shareB ?? ((index) => copy(wallet.shares.cloud[index]));
  const proof = { iat: clock.at / 1_000, ath: sha256(utf8(token)), rh };
  const to = { htu: addressOf(deployment.kms.url, paths.releases), token, at: clock.at };
  const { message: release, proof: releaseProof } = by.ask(shareRequestCodec, asked, to);
  return {
    envelope: bytes,
    deed: [wallet.first],
    salt: wallet.salt,
    token,
    proof: by.proof({ ...proof, htu: addressOf(deployment.signer.url, paths.requests), msg: sha256(bytes) }),
    sealedShare: seal('cloud', header, all ? [share(0), share(1)] : [share(0)]),
    release: { message: release, proof: releaseProof },
    ...changes.request,
  };
}

const notes: unknown[] = [];
const aad = utf8(deployment.id);
async function ask(request: SignerRequest): Promise<SignerAnswer> {
  const info = sealInfo('signer-request', deployment.id);
  const { sealed, reply } = hpkeXWing.seal(keys.sealing.publicKey, info, aad, pad(signerRequestCodec.encode(request)));
  const answer = await serve(signer, sealed, (error) => notes.push(error));
  using opened = reply.openReply(aad, answer);
  return signerAnswerCodec.decode(unpad(opened.expose()));
}
const constant: SignerAnswer = {
  status: 'refused',
  code: 'refused',
  message: 'The request was refused.',
  hint: 'Make the request anew with the client library.',
};

/** How the releases since the last question ended, once the signer has told both stores the same. */
async function ended(count: number): Promise<Outcome['outcome'][]> {
  const { kms: toKms, cloud: toCloud } = outcomes;
  for (let tries = 0; toKms.length + toCloud.length < 2 * count && tries < 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const told = toKms.splice(0);
  assert.deepEqual(toCloud.splice(0), told);
  return told.map(({ outcome }) => outcome);
}

describe('the signer', () => {
  it('signs what it parsed, under the wallet key that the shares make', async () => {
    const answer = await ask(await requestOf());
    assert.equal(answer.status, 'signed');
    const hash = intentDigest(parseIntent({ type: 'evm-message', message }));
    assert.ok(verifySecp256k1(wallet.deed.keys.secp256k1 ?? filled(33, 0), hash, answer.signature));
    assert.deepEqual(await ended(1), ['signed']);
  });

  it('makes the first signature of every key of a new wallet, over bytes that no chain accepts', async () => {
    const answer = await ask(await requestOf({ envelope: { kind: 'create', curve: null, intent: new Uint8Array() } }));
    assert.equal(answer.status, 'created');
    const { secp256k1, ed25519 } = wallet.deed.keys;
    const { signatures } = answer;
    assert.ok(secp256k1 && ed25519 && signatures.secp256k1 && signatures.ed25519);
    const bytes = creationBytes(deployment.id, wallet.id, 'secp256k1', 1);
    assert.ok(verifySecp256k1(secp256k1, creationDigest(bytes), signatures.secp256k1));
    assert.ok(verifyEd25519(ed25519, creationBytes(deployment.id, wallet.id, 'ed25519', 1), signatures.ed25519));
    assert.deepEqual(await ended(1), ['signed']);
  });
});

describe('a share that is not the stored one signs nothing', () => {
  it('Key B with any one of its 256 bits flipped: no signature, one same answer, a mismatch reported', async () => {
    const bits = Array.from({ length: 256 }, (_, bit) => bit);
    const shareB = (bit: number) => () => Secret.take(flipped(wallet.shares.cloud[0]?.expose() ?? filled(32, 0), bit));
    for (const bit of bits) assert.deepEqual(await ask(await requestOf({ shareB: shareB(bit) })), constant);
    assert.deepEqual(
      await ended(256),
      bits.map(() => 'mismatch'),
    );
  });

  it('Key A with bits flipped, or nothing but zeros: the same', async () => {
    const honest = kms.share;
    const zeros = () => Secret.alloc(32);
    const forged = [0, 7, 128, 255].map(
      (bit) => () => Secret.take(flipped(wallet.shares.kms[0]?.expose() ?? filled(32, 0), bit)),
    );
    for (const share of [...forged, zeros]) {
      kms.share = share;
      assert.deepEqual(await ask(await requestOf()), constant);
    }
    kms.share = honest;
    assert.deepEqual(await ended(5), Array(5).fill('mismatch'));
  });

  it('one curve of two flipped at creation: no signature of either', async () => {
    const shareB = (index: number) => {
      const share = copy(wallet.shares.cloud[index]);
      return index === 1 ? Secret.take(flipped(share.expose(), 3)) : share;
    };
    const envelope = { kind: 'create', curve: null, intent: new Uint8Array() } as const;
    assert.deepEqual(await ask(await requestOf({ shareB, envelope })), constant);
    assert.deepEqual(await ended(1), ['mismatch']);
  });

  it("a false public key beside it does not help: what is right stands in the wallet id's own deed", async () => {
    const publicKeys = { secp256k1: filled(33, 2) };
    assert.deepEqual(await ask(await requestOf({ header: { publicKeys } })), constant);
    kms.header = { publicKeys };
    assert.deepEqual(await ask(await requestOf()), constant);
    kms.header = {};
    assert.deepEqual(await ended(1), ['refused']);
  });
});

describe('whatever an attacker could probe is answered alike, and nothing is signed', () => {
  it('a receipt that is not of this release', async () => {
    for (const receipt of [{ challenge: filled(32, 9) }, { rh: filled(32, 9) }, { expires: 1 }, { at: clock.at + 1 }]) {
      kms.receipt = receipt;
      assert.deepEqual(await ask(await requestOf()), constant);
    }
    kms.receipt = {};
    assert.deepEqual(await ended(1), ['refused']);
  });

  it('a receipt that the share does not name; and of one that the kms did not sign either, the stores hear nothing', async () => {
    kms.header = { receipt: filled(32, 9) };
    assert.deepEqual(await ask(await requestOf()), constant);
    kms.signed = { signature: filled(64, 9) };
    assert.deepEqual(await ask(await requestOf()), constant);
    Object.assign(kms, { header: {}, signed: {} });
    assert.deepEqual(await ended(1), ['refused']);
  });

  it('before anything is released: another person, device, deed, wallet, or a share of another request', async () => {
    const before = kms.asked;
    const stranger = new TestDevice();
    const [entry] = wallet.deed.devices;
    assert.ok(entry);
    const forged = byDevice(nextBody(wallet.deed, { devices: [entry, entryOf(stranger, 'approval')] }), stranger);
    const other = makeWallet(world, stranger, 'alice');
    const good = await requestOf();
    const requests = await Promise.all([
      requestOf({ token: await issuer.token('mallory', null) }),
      requestOf({ by: stranger }),
      requestOf({ request: { deed: [wallet.first, forged] } }),
      requestOf({ request: { deed: [other.first] } }),
      requestOf({ request: { salt: filled(32, 1) } }),
      requestOf({ envelope: { deed: filled(32, 1) } }),
      requestOf({ envelope: { epoch: 2 }, header: { epoch: 1 } }),
      requestOf({ request: { sealedShare: good.sealedShare } }),
      requestOf({ request: { sealedShare: filled(2_000, 1) } }),
      requestOf({ request: { envelope: good.envelope } }),
      requestOf({ request: { proof: good.release.proof } }),
      requestOf({ request: { envelope: filled(10, 1) } }),
      requestOf({ envelope: { kind: 'create', curve: 'secp256k1' } }),
    ]);
    for (const request of requests) assert.deepEqual(await ask(request), constant);
    assert.equal(kms.asked, before);
  });

  it('the same request twice', async () => {
    const request = await requestOf();
    assert.equal((await ask(request)).status, 'signed');
    assert.deepEqual(await ask(request), constant);
    assert.deepEqual(await ended(1), ['signed']);
  });
});

describe('what the person can mend is told', () => {
  const codeOf = async (changes: Changes) => {
    const answer = await ask(await requestOf(changes));
    return answer.status === 'refused' ? answer.code : answer.status;
  };

  it('an intent that is not understood, before anything is released', async () => {
    const before = kms.asked;
    assert.equal(
      await codeOf({ envelope: { intent: encodeData({ type: 'raw', hash: filled(32, 1) }) } }),
      'intent-malformed',
    );
    assert.equal(await codeOf({ envelope: { intent: filled(32, 1) } }), 'intent-malformed');
    assert.equal(await codeOf({ envelope: { intent: new Uint8Array() } }), 'intent-malformed');
    assert.equal(await codeOf({ envelope: { curve: 'ed25519' } }), 'intent-malformed');
    assert.equal(kms.asked, before);
  });

  it('an envelope past its time, or for another signer', async () => {
    assert.equal(await codeOf({ envelope: { expires: clock.at } }), 'message-expired');
    assert.equal(await codeOf({ envelope: { signer: filled(32, 1) } }), 'signer-unknown');
  });

  it('also where its words would be cut within a character', async () => {
    for (let before = 280; before < 305; before++) {
      const name = `${'x'.repeat(before % 120)}${'\u{1f600}'.repeat(60)}`;
      const bytes = encodeData({ type: 'evm-message', message, [name]: 1 });
      assert.match(await codeOf({ envelope: { intent: bytes } }), /^[a-z-]+$/);
    }
  });
});

describe('what is not sealed to this process', () => {
  it('is told so, and nothing else', async () => {
    const bytes = pad(signerRequestCodec.encode(await requestOf()));
    const info = sealInfo('signer-request', deployment.id);
    const { publicKey } = makeSigner().sealing;
    const wrong = [
      hpkeXWing.seal(publicKey, info, aad, bytes).sealed,
      hpkeXWing.seal(keys.sealing.publicKey, info, utf8('test-other'), bytes).sealed,
      hpkeXWing.seal(keys.sealing.publicKey, sealInfo('signer-request', 'test-other'), aad, bytes).sealed,
      filled(3_000, 1),
      new Uint8Array(),
    ];
    for (const sealed of wrong)
      await assert.rejects(
        serve(signer, sealed, () => {}),
        { reason: 'signer-unknown' },
      );
  });

  it('sealed to it, but no request: answered like everything else', async () => {
    const { sealed, reply } = hpkeXWing.seal(
      keys.sealing.publicKey,
      sealInfo('signer-request', deployment.id),
      aad,
      filled(100, 1),
    );
    using opened = reply.openReply(aad, await serve(signer, sealed, () => {}));
    assert.deepEqual(signerAnswerCodec.decode(unpad(opened.expose())), constant);
  });
});
