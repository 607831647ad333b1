import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Secret, split } from '@symbolon/crypto';
import { hpkeXWing, publicKeyEd25519, publicKeySecp256k1 } from '@symbolon/crypto/native';
import {
  activateAnswer,
  activateCodec,
  type Curve,
  type Deed,
  type DeedChain,
  deedCodec,
  deedHash,
  followCodec,
  identityHash,
  type Keep,
  keepCodec,
  mailboxHash,
  packKeep,
  paths,
  type Signatures,
  type Signed,
  type Store,
  sealInfo,
} from '@symbolon/protocol';
import type { Hand } from './hand.ts';
import type { Answer } from './http.ts';
import { askSigner, prepare, sealB, signerRequest } from './signing.ts';
import { introduceSigner } from './world.ts';

const curves: Curve[] = ['secp256k1', 'ed25519'];

/** A wallet with everything about it that its device saw, and that no party may see. */
export interface HandWallet {
  id: Uint8Array;
  deed: Deed;
  chain: DeedChain;
  head: Uint8Array;
  epoch: number;
  salt: Uint8Array;
  keys: Record<Curve, Uint8Array>;
  /** Key A for the kms, Key B for the cloud. */
  shares: Record<Store, Record<Curve, Uint8Array>>;
}

/** A wallet as its device writes it, not yet known to anyone. */
export function draft({ world, subject, email, key }: Hand, given?: Record<Curve, Uint8Array>): HandWallet {
  const keys = given ?? { secp256k1: new Uint8Array(randomBytes(32)), ed25519: new Uint8Array(randomBytes(32)) };
  const salt = new Uint8Array(randomBytes(32));
  const secrets = curves.map((curve) => Secret.take(keys[curve].slice()));
  const [secp, ed] = secrets as [Secret, Secret];
  const at = Date.now();
  const deed: Deed = {
    v: 1,
    deployment: world.deployment.id,
    number: 1,
    previous: null,
    salt: new Uint8Array(randomBytes(32)),
    keys: { secp256k1: publicKeySecp256k1(secp), ed25519: publicKeyEd25519(ed) },
    made: { how: given === undefined ? 'created' : 'imported', at },
    identity: identityHash(salt, world.issuer.url, subject),
    mailbox: email === undefined ? null : mailboxHash(salt, email),
    devices: [{ key: key.point, name: 'by hand', added: at, how: 'creation', origin: null }],
    revoked: [],
  };
  const halves = secrets.map((secret) => split(secret));
  const side = (which: 'a' | 'b') =>
    Object.fromEntries(curves.map((curve, i) => [curve, halves[i]?.[which].expose().slice()])) as Record<
      Curve,
      Uint8Array
    >;
  const body = deedCodec.encode(deed);
  const chain: DeedChain = [{ body, authority: { by: 'creation' } }];
  const id = deedHash(body);
  return { id, deed, chain, head: id, epoch: 1, salt, keys, shares: { kms: side('a'), cloud: side('b') } };
}

/** The message by which a store is to keep its shares; `shares` other than the draft's for an attacker. */
export function keepMessage(hand: Hand, store: Store, wallet: HandWallet, shares = wallet.shares[store]): Keep {
  const { deployment } = hand.world;
  const mailbox = store === 'kms' ? (hand.email ?? null) : null;
  const secrets = curves.map((curve) => Secret.take(shares[curve].slice()));
  using packed = packKeep({ salt: wallet.salt, mailbox, curves }, secrets);
  const info = sealInfo(store === 'kms' ? 'keep-kms' : 'keep-cloud', deployment.id);
  const { sealed } = hpkeXWing.seal(deployment[store].sealing, info, wallet.id, packed.expose());
  return { ...hand.head('keep'), wallet: wallet.id, deed: wallet.chain[0]?.body ?? new Uint8Array(), sealed };
}

export const keepAt = (hand: Hand, store: Store, wallet: HandWallet): Promise<Answer> =>
  hand.ask(store, paths.keep, keepCodec, keepMessage(hand, store, wallet));

/** The first signatures, by the ordinary path. */
export async function firstSignatures(hand: Hand, wallet: HandWallet): Promise<Signatures> {
  const signer = await introduceSigner(hand.world);
  const request = prepare(hand, wallet, signer, { kind: 'create', curve: null, intent: new Uint8Array() });
  const sealed = await sealB(hand, request);
  const answer = await askSigner(hand.world, signer, await signerRequest(hand, wallet, request, sealed));
  assert.equal(answer.status, 'created');
  return answer.status === 'created' ? answer.signatures : {};
}

export const activateAt = (hand: Hand, wallet: HandWallet, signatures: Signatures): Promise<Answer> =>
  hand.ask('kms', paths.activate, activateCodec, {
    ...hand.head('activate'),
    wallet: wallet.id,
    epoch: wallet.epoch,
    signatures,
  });

export const followAt = (hand: Hand, wallet: HandWallet, activation: Signed): Promise<Answer> =>
  hand.ask('cloud', paths.follow, followCodec, { ...hand.head('follow'), wallet: wallet.id, activation });

/** A whole wallet, made as design 3 says. */
export async function createWallet(hand: Hand, given?: Record<Curve, Uint8Array>): Promise<HandWallet> {
  const wallet = draft(hand, given);
  for (const store of ['kms', 'cloud'] as const) assert.equal((await keepAt(hand, store, wallet)).status, 200);
  const answer = await activateAt(hand, wallet, await firstSignatures(hand, wallet));
  assert.equal(answer.status, 200, answer.code ?? '');
  const followed = await followAt(hand, wallet, activateAnswer.decode(answer.body).activation);
  assert.equal(followed.status, 200, followed.code ?? '');
  return wallet;
}
