import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  createDevelopmentRoot,
  type Identity,
  issueLeaf,
  ownCertificate,
  signDocument,
} from '@symbolon/attestation/develop';
import { concat, fromBase64url, Secret, sha256, split, toBase64url, utf8 } from '@symbolon/crypto';
import {
  hpkeXWing,
  type NativeRecipient,
  publicKeyEd25519,
  publicKeySecp256k1,
  SigningKey,
  signEd25519,
  signEs256,
  signSecp256k1,
  verifyEd25519,
  verifyEs256,
} from '@symbolon/crypto/native';
import {
  type Activate,
  type AllowedPair,
  type Authorised,
  activateCodec,
  addressOf,
  assembleProof,
  type Codec,
  type Curve,
  configurationHash,
  creationBytes,
  creationDigest,
  curvesInOrder,
  type Deed,
  type DeedVersion,
  type Deployment,
  deedCodec,
  deedHash,
  digest,
  type Evidence,
  evidenceUserDataCodec,
  identityHash,
  keepCodec,
  mailboxHash,
  type Opening,
  type ProofClaims,
  type PublicKeys,
  packKeep,
  paths,
  proofInput,
  type ReleaseAsk,
  type ShareRequest,
  type SignerKeys,
  type Store,
  sealInfo,
  shareRequestCodec,
  signerConfigurationOf,
  signerId,
  tagged,
  thumbprint,
} from '@symbolon/protocol';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { SignatureChecks } from './signatures.ts';

/** Real keys, real tokens, real evidence, and a clock that a test sets: what the parties' tests are made of. */

export const checks: SignatureChecks = { es256: verifyEs256, ed25519: verifyEd25519 };
export const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);
export const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** When the tests began, whole seconds in ms. */
const started = Math.floor(Date.now() / 1_000) * 1_000;

/** A clock, ms. It starts now, since certificates are made by the real one. */
export class Clock {
  at = started;
  readonly now = (): number => this.at;
}

export const audience = 'wallet';
const issuerUrl = 'https://issuer.example';

/** An issuer of ID tokens, ES256. Its keys are published at {@link jwksUrl}, which needs no server. */
class TestIssuer {
  readonly url: string;
  readonly jwksUrl: string;
  readonly #key: CryptoKey;
  readonly #clock: Clock;

  private constructor(url: string, jwksUrl: string, key: CryptoKey, clock: Clock) {
    this.url = url;
    this.jwksUrl = jwksUrl;
    this.#key = key;
    this.#clock = clock;
  }

  static async make(clock: Clock, url = issuerUrl): Promise<TestIssuer> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig', alg: 'ES256' }] };
    return new TestIssuer(url, `data:application/json,${encodeURIComponent(JSON.stringify(jwks))}`, privateKey, clock);
  }

  /** A token of just now for a person; with a device, one that names its key, as after a sign-in. */
  token(person: string, device: TestDevice | null, claims: JWTPayload = {}): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1_000);
    const said = {
      iss: this.url,
      aud: audience,
      sub: person,
      iat: now,
      exp: now + 300,
      auth_time: now,
      email: `${person}@mail.example`,
      email_verified: true,
      ...(device === null ? {} : { nonce: toBase64url(thumbprint(device.point)) }),
      ...claims,
    };
    return new SignJWT(said).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(this.#key);
  }
}

/** A device key and its proofs. */
export class TestDevice {
  readonly point: Uint8Array;
  readonly #key: KeyObject;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    this.point = concat(fromBase64url(String(x)), fromBase64url(String(y)));
    this.#key = privateKey;
  }

  sign(message: Uint8Array): Uint8Array {
    return signEs256(this.#key, message);
  }

  proof(claims: Omit<ProofClaims, 'jti'> & { jti?: string }): string {
    const input = proofInput(this.point, { jti: toBase64url(randomBytes(16)), ...claims });
    return assembleProof(input, this.sign(utf8(input)));
  }

  /** A message with token and proof, as a party wants it. `at` ms. */
  ask<T>(codec: Codec<T>, value: T, to: { htu: string; token: string; at: number }): Authorised {
    const message = codec.encode(value);
    const { htu, token, at } = to;
    const claims = { htu, iat: Math.floor(at / 1_000), ath: sha256(utf8(token)), msg: sha256(message) };
    return { message, token, proof: this.proof({ ...claims, rh: requestOf(value) ?? digest('request', message) }) };
  }
}

/** The request that a message is about, where it names one. */
function requestOf(message: unknown): Uint8Array | null {
  const named = typeof message === 'object' && message !== null && 'rh' in message ? message.rh : null;
  return named instanceof Uint8Array ? named : null;
}

/** One store's own keys. */
interface StoreKeys {
  signing: SigningKey;
  sealing: NativeRecipient;
}

/** A development deployment with every private key at hand. */
export interface World {
  clock: Clock;
  issuer: TestIssuer;
  kms: StoreKeys;
  cloud: StoreKeys;
  organisations: readonly SigningKey[];
  leaf: Identity;
  deployment: Deployment;
}

export async function makeWorld(): Promise<World> {
  const clock = new Clock();
  const issuer = await TestIssuer.make(clock);
  const storeKeys = (): StoreKeys => ({ signing: SigningKey.generate(), sealing: hpkeXWing.generate() });
  const [kms, cloud, root] = [storeKeys(), storeKeys(), createDevelopmentRoot()];
  const organisations = [0, 1, 2].map(() => SigningKey.generate());
  const pinned = (name: string, { signing, sealing }: StoreKeys) => {
    return { url: `https://${name}.example`, signing: signing.publicKey, sealing: sealing.publicKey };
  };
  const deployment: Deployment = {
    v: 1,
    id: 'test-world',
    mode: 'development',
    attestationRoots: [Buffer.from(ownCertificate(root)).toString('base64')],
    organisations: organisations.map(({ publicKey }, index) => ({ name: `organisation ${index}`, key: publicKey })),
    threshold: 2,
    waitSeconds: 0,
    issuers: [{ url: issuer.url, audience, jwksUrl: issuer.jwksUrl }],
    kms: pinned('kms', kms),
    cloud: pinned('cloud', cloud),
    signer: { url: 'https://signer.example' },
  };
  return { clock, issuer, kms, cloud, organisations, leaf: issueLeaf(root), deployment };
}

/** A signer's own keys. */
export interface TestSigner {
  id: Uint8Array;
  sealing: NativeRecipient;
  signing: SigningKey;
  keys: SignerKeys;
}

export function makeSigner(): TestSigner {
  const [sealing, signing] = [hpkeXWing.generate(), SigningKey.generate()];
  const keys: SignerKeys = { v: 1, sealing: sealing.publicKey, signing: signing.publicKey };
  return { id: signerId(keys), sealing, signing, keys };
}

/** The measurement that tests allow, with this deployment's configuration. */
export const allowedPair = (deployment: Deployment): AllowedPair => ({
  pcr0: filled(48, 1),
  pcr1: filled(48, 2),
  pcr2: filled(48, 3),
  configuration: configurationHash(signerConfigurationOf(deployment)),
});

/** A signer's evidence, as good as the world's unless something else is asked for. */
export function evidenceOf(
  { leaf, clock, deployment }: World,
  { id, keys }: TestSigner,
  other: { leaf?: Identity; timestamp?: number; pcrs?: Map<number, Uint8Array>; userData?: Uint8Array } = {},
): Evidence {
  const { pcr0, pcr1, pcr2, configuration } = allowedPair(deployment);
  const document = signDocument({
    leaf,
    moduleId: 'test',
    timestamp: clock.now(),
    pcrs: new Map([pcr0, pcr1, pcr2].entries()),
    publicKey: null,
    userData: evidenceUserDataCodec.encode({ v: 1, configuration, keys: id }),
    nonce: null,
    ...other,
  });
  return { document, keys };
}

/** A wallet as its device makes it. */
export interface TestWallet {
  person: string;
  id: Uint8Array;
  salt: Uint8Array;
  mailbox: string | null;
  deed: Deed;
  first: DeedVersion;
  keys: Record<Curve, Secret>;
  /** What each store is to keep, in the order of the curves. */
  shares: Record<Store, Secret[]>;
}

export function makeWallet({ issuer, clock, deployment }: World, device: TestDevice, person: string): TestWallet {
  const keys = { secp256k1: Secret.random(32), ed25519: Secret.random(32) };
  const publicKeys: PublicKeys = {
    secp256k1: publicKeySecp256k1(keys.secp256k1),
    ed25519: publicKeyEd25519(keys.ed25519),
  };
  const [salt, mailbox] = [new Uint8Array(randomBytes(32)), `${person}@mail.example`];
  const deed: Deed = {
    v: 1,
    deployment: deployment.id,
    number: 1,
    previous: null,
    salt: new Uint8Array(randomBytes(32)),
    keys: publicKeys,
    made: { how: 'created', at: clock.now() },
    identity: identityHash(salt, issuer.url, person),
    mailbox: mailboxHash(salt, mailbox),
    devices: [{ key: device.point, name: 'first', added: clock.now(), how: 'creation', origin: null }],
    revoked: [],
  };
  const body = deedCodec.encode(deed);
  const first: DeedVersion = { body, authority: { by: 'creation' } };
  const halves = curvesInOrder.map((curve) => split(keys[curve]));
  const shares = { kms: halves.map(({ a }) => a), cloud: halves.map(({ b }) => b) };
  return { person, id: deedHash(body), salt, mailbox, deed, first, keys, shares };
}

/** The body of the version that follows `deed` with these changes. */
export function nextBody(deed: Deed, changes: Partial<Deed>): Uint8Array {
  return deedCodec.encode({ ...deed, number: deed.number + 1, previous: deedHash(deedCodec.encode(deed)), ...changes });
}

/** A version that a device vouches for. */
export const byDevice = (body: Uint8Array, device: TestDevice): DeedVersion => ({
  body,
  authority: { by: 'device', key: device.point, signature: device.sign(tagged('deed', body)) },
});

/** The deed entry of another device. */
export const entryOf = (device: TestDevice, how: 'approval' | 'mail', origin: string | null = null) => ({
  key: device.point,
  name: 'another',
  added: started,
  how,
  origin,
});

/** The message by which a device gives a store its shares; what is sealed in it may be changed by a test. */
export async function keepAsk(
  { clock, issuer, deployment }: World,
  store: Store,
  wallet: TestWallet,
  device: TestDevice,
  other: { opening?: Partial<Opening>; shares?: readonly Secret[]; token?: string; sealedFor?: Store } = {},
): Promise<Authorised> {
  const { id, deed, first, salt, mailbox, shares, person } = wallet;
  using packed = packKeep(
    { salt, mailbox: store === 'kms' ? mailbox : null, curves: [...curvesInOrder], ...other.opening },
    other.shares ?? shares[store],
  );
  const info = sealInfo(`keep-${other.sealedFor ?? store}`, deployment.id);
  const { sealed } = hpkeXWing.seal(deployment[store].sealing, info, id, packed.expose());
  const head = { v: 1, deployment: deed.deployment, kind: 'keep', expires: clock.at + 60_000 } as const;
  const token = other.token ?? (await issuer.token(person, device));
  const to = { htu: addressOf(deployment[store].url, paths.keep), token, at: clock.at };
  return device.ask(keepCodec, { ...head, wallet: id, deed: first.body, sealed }, to);
}

/** What is asked of a store when a wallet is to sign with its secp256k1 key; a test changes what it likes. */
export function shareRequestOf(
  { clock, deployment }: World,
  { id, deed }: TestWallet,
  signer: TestSigner,
  other: Partial<ShareRequest> = {},
): ShareRequest {
  return {
    v: 1,
    deployment: deployment.id,
    kind: 'sign',
    wallet: id,
    epoch: 1,
    deed: id,
    publicKeys: { secp256k1: deed.keys.secp256k1 },
    signer: signer.id,
    rh: new Uint8Array(randomBytes(32)),
    expires: clock.at + 60_000,
    ...other,
  };
}

/** A release as a signer asks for it, made by the device for the kms. */
export async function releaseAskOf(
  { clock, issuer, deployment }: World,
  person: string,
  device: TestDevice,
  request: ShareRequest,
): Promise<ReleaseAsk> {
  const token = await issuer.token(person, null);
  const to = { htu: addressOf(deployment.kms.url, paths.releases), token, at: clock.at };
  return { ...device.ask(shareRequestCodec, request, to), challenge: new Uint8Array(randomBytes(32)) };
}

/** The first signatures of a wallet's keys, brought to the kms by the device. */
export async function activateAskOf(
  { clock, issuer, deployment }: World,
  { id, deed, keys, person }: TestWallet,
  device: TestDevice,
  other: Partial<Activate> = {},
): Promise<Authorised> {
  const [message, seedMessage] = curvesInOrder.map((curve) => creationBytes(deployment.id, id, curve, 1));
  const { secp256k1: expectedPublicKey = filled(33, 0), ed25519 = filled(32, 0) } = deed.keys;
  const digestOfMessage = creationDigest(message ?? filled(1, 0));
  const signatures = {
    secp256k1: signSecp256k1({ key: keys.secp256k1, expectedPublicKey, digest: digestOfMessage }).signature,
    ed25519: signEd25519({ seed: keys.ed25519, expectedPublicKey: ed25519, message: seedMessage ?? filled(1, 0) }),
  };
  const head = { v: 1, deployment: deployment.id, kind: 'activate', expires: clock.at + 60_000 } as const;
  const to = {
    htu: addressOf(deployment.kms.url, paths.activate),
    token: await issuer.token(person, device),
    at: clock.at,
  };
  return device.ask(activateCodec, { ...head, wallet: id, epoch: 1, signatures, ...other }, to);
}
