import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { digest as intentDigest, parseIntent } from '@symbolon/chains/evm';
import { utf8 } from '@symbolon/crypto';
import { hpkeXWing, verifySecp256k1 } from '@symbolon/crypto/native';
import {
  addressOf,
  authorisedCodec,
  decodeData,
  type Envelope,
  encodeData,
  envelopeCodec,
  pad,
  paths,
  requestHash,
  type ShareRequest,
  type SignerAnswer,
  type SignerRequest,
  sealAnswer,
  sealInfo,
  shareRequestCodec,
  signerAnswerCodec,
  signerRequestCodec,
  unpad,
} from '@symbolon/protocol';
import type { HandWallet } from './creation.ts';
import { type Hand, prove } from './hand.ts';
import { type Answer, post } from './http.ts';
import type { RunningSigner, World } from './world.ts';

/** One envelope and the message about it that both stores get. */
export interface Prepared {
  envelope: Envelope;
  envelopeBytes: Uint8Array;
  rh: Uint8Array;
  share: ShareRequest;
  shareBytes: Uint8Array;
}

/** A personal message as intent bytes: what most tests have signed. */
export const messageIntent = (text = 'hello'): Uint8Array => encodeData({ type: 'evm-message', message: utf8(text) });

/** What the person approved, sealed to nobody yet. */
export function prepare(
  { world }: Hand,
  wallet: HandWallet,
  signer: RunningSigner,
  approved: Partial<Envelope> = {},
): Prepared {
  const envelope: Envelope = {
    v: 1,
    deployment: world.deployment.id,
    kind: 'sign',
    wallet: wallet.id,
    epoch: wallet.epoch,
    deed: wallet.head,
    signer: signer.id,
    origin: 'laws',
    curve: 'secp256k1',
    intent: messageIntent(),
    expires: Date.now() + 120_000,
    salt: new Uint8Array(randomBytes(32)),
    ...approved,
  };
  return about(wallet, envelope);
}

/** The share request that goes with an envelope. */
export function about(wallet: HandWallet, envelope: Envelope): Prepared {
  const envelopeBytes = envelopeCodec.encode(envelope);
  const rh = requestHash(envelopeBytes);
  const { v, deployment, kind, wallet: id, epoch, deed, signer, expires, curve } = envelope;
  const publicKeys = curve === null ? wallet.deed.keys : { [curve]: wallet.deed.keys[curve] };
  const share: ShareRequest = { v, deployment, kind, wallet: id, epoch, deed, publicKeys, signer, rh, expires };
  return { envelope, envelopeBytes, rh, share, shareBytes: shareRequestCodec.encode(share) };
}

/** Asks the cloud to seal Key B for this request. */
export async function askB(hand: Hand, { rh, shareBytes }: Prepared, token?: string): Promise<Answer> {
  const htu = addressOf(hand.world.deployment.cloud.url, paths.seals);
  const used = token ?? (await hand.token());
  const proof = prove(hand.key, { htu, token: used, rh, message: shareBytes });
  return post(htu, authorisedCodec.encode({ message: shareBytes, token: used, proof }));
}

export async function sealB(hand: Hand, request: Prepared, token?: string): Promise<Uint8Array> {
  const answer = await askB(hand, request, token);
  assert.equal(answer.status, 200, `the cloud refused: ${answer.code}`);
  return sealAnswer.decode(answer.body).sealed;
}

/** What the device seals to the signer. */
export async function signerRequest(
  hand: Hand,
  wallet: HandWallet,
  { envelopeBytes, rh, shareBytes }: Prepared,
  sealedShare: Uint8Array,
): Promise<SignerRequest> {
  const { kms, signer } = hand.world.deployment;
  const token = await hand.token();
  const htu = addressOf(signer.url, paths.requests);
  return {
    envelope: envelopeBytes,
    deed: wallet.chain,
    salt: wallet.salt,
    token,
    proof: prove(hand.key, { htu, token, rh, message: envelopeBytes }),
    sealedShare,
    release: {
      message: shareBytes,
      proof: prove(hand.key, { htu: addressOf(kms.url, paths.releases), token, rh, message: shareBytes }),
    },
  };
}

/** A request sealed to the signer, and what opens its answer. */
export function sealToSigner({ deployment }: World, signer: RunningSigner, plaintext: Uint8Array) {
  const aad = utf8(deployment.id);
  const { sealed, reply } = hpkeXWing.seal(
    signer.keys.sealing,
    sealInfo('signer-request', deployment.id),
    aad,
    plaintext,
  );
  return {
    sealed,
    open: (body: Uint8Array): SignerAnswer => {
      using opened = reply.openReply(aad, body);
      return signerAnswerCodec.decode(unpad(opened.expose()).slice());
    },
  };
}

export async function askSigner(world: World, signer: RunningSigner, request: SignerRequest): Promise<SignerAnswer> {
  const { sealed, open } = sealToSigner(world, signer, pad(signerRequestCodec.encode(request)));
  const answer = await post(addressOf(world.deployment.signer.url, paths.requests), sealed, 'application/octet-stream');
  assert.equal(answer.status, 200, `the signer refused: ${answer.code}`);
  return open(answer.body);
}

/** The ordinary path from end to end. */
async function signWith(hand: Hand, wallet: HandWallet, signer: RunningSigner): Promise<SignerAnswer> {
  const request = prepare(hand, wallet, signer);
  return askSigner(hand.world, signer, await signerRequest(hand, wallet, request, await sealB(hand, request)));
}

/** The control of every attack: the same path without it ends in a signature that verifies. */
export async function assertSigns(hand: Hand, wallet: HandWallet, signer: RunningSigner): Promise<void> {
  const answer = await signWith(hand, wallet, signer);
  assert.equal(answer.status, 'signed', JSON.stringify(answer));
  if (answer.status !== 'signed') return;
  const digest = intentDigest(parseIntent(decodeData('intent', messageIntent())));
  assert.ok(verifySecp256k1(wallet.deed.keys.secp256k1 ?? new Uint8Array(), digest, answer.signature));
}
