import { createHash } from 'node:crypto';
import { createDevelopmentRoot, issueIntermediate, issueLeaf, signDocument } from '@symbolon/attestation/develop';
import { assemble, digest, parseIntent } from '@symbolon/chains/evm';
import { join, type Secret, toBase64url, toHex, utf8 } from '@symbolon/crypto';
import { hpkeXWing, type NativeRecipient, SigningKey, signEd25519, signSecp256k1 } from '@symbolon/crypto/native';
import {
  activateAnswer,
  activateCodec,
  activationStatement,
  addressOf,
  authorisedCodec,
  type Codec,
  type Curve,
  configurationHash,
  creationBytes,
  creationDigest,
  curvesOf,
  type Decision,
  type DeedVersion,
  type Deployment,
  decodeData,
  deedCodec,
  deedFollowCodec,
  deedHash,
  deedOrderStatement,
  deedUpdateAnswer,
  deedUpdateCodec,
  envelopeCodec,
  evidenceCodec,
  evidenceUserDataCodec,
  type Flipped,
  findAnswer,
  flipAnswer,
  flipCodec,
  flippedStatement,
  followFlipCodec,
  keepAnswer,
  keepCodec,
  keptStatement,
  type LoggedStatement,
  type Opening,
  pad,
  paths,
  type Receipt,
  receiptHash,
  receiptStatement,
  receiptsAnswer,
  receiptsCodec,
  requestHash,
  rotateAnswer,
  rotateAsk,
  rotateCodec,
  rotationBytes,
  type Signatures,
  type Signed,
  type SignerAnswer,
  type SignerKeys,
  type SignerRequest,
  type Store,
  sealAnswer,
  sealInfo,
  shareRequestCodec,
  signerAnswerCodec,
  signerConfigurationOf,
  signerId,
  signerRequestCodec,
  signStatement,
  statementBodyCodec,
  statementEntryStatement,
  statementListCodec,
  digest as tagDigest,
  tagged,
  thumbprint,
  unpackKeep,
  unpad,
} from '@symbolon/protocol';
import { ProofVerifier, statementHash } from '@symbolon/verify';
import { WalletClient, type WalletClientOptions } from './client.ts';
import { ephemeralDeviceKey } from './node/fileDeviceKey.ts';
import { nativeCrypto } from './node/nativeCrypto.ts';
import { MemoryStorage } from './storage.ts';
import type { Transport } from './transport.ts';

const issuerUrl = 'https://issuer.example';
const nothing = new Uint8Array();

/** A party's refusal, as problem details. */
export class Refuse extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

interface KeptWallet {
  opening: Opening;
  shares: Partial<Record<Curve, Secret>>;
  chain: DeedVersion[];
  order: Signed | null;
}

type Handler = (body: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/**
 * Kms, cloud and signer as a device meets them: in-process, with real keys, seals, proofs and signatures, and of the servers' own
 * checks only what a device could get wrong. `on` puts an attacker in a party's place.
 */
export class World {
  readonly clock = { at: Date.now(), now: () => this.clock.at };
  readonly kms = SigningKey.generate();
  readonly cloud = SigningKey.generate();
  readonly organisations = [SigningKey.generate(), SigningKey.generate(), SigningKey.generate()];
  readonly sealing = { kms: hpkeXWing.generate(), cloud: hpkeXWing.generate() };
  readonly kept: Record<Store, Map<string, KeptWallet>> = { kms: new Map(), cloud: new Map() };
  readonly asked: string[] = [];
  readonly deployment: Deployment;
  activation: Signed | null = null;
  followed = false;
  receipts: Signed[] = [];
  /** The epoch that each store is in; `given` the highest that was prepared. */
  readonly epoch: Record<Store, number> = { kms: 1, cloud: 1 };
  given = 1;
  flip: Signed | null = null;
  statements: LoggedStatement[] = [];
  signer: { keys: SignerKeys; sealing: NativeRecipient };
  readonly #leaf = issueLeaf(issueIntermediate(createDevelopmentRoot()));
  readonly #proofs: Record<string, ProofVerifier>;
  readonly #known = new Set<string>();
  #active: Uint8Array = nothing;
  readonly #instead = new Map<string, (honest: Handler) => Handler>();

  constructor() {
    this.deployment = {
      v: 1,
      id: 'test-world',
      mode: 'development',
      attestationRoots: [Buffer.from(this.#leaf.chain[0] ?? nothing).toString('base64')],
      organisations: this.organisations.map(({ publicKey }, index) => ({
        name: `organisation ${index}`,
        key: publicKey,
      })),
      threshold: 2,
      waitSeconds: 0,
      issuers: [{ url: issuerUrl, audience: 'wallet' }],
      kms: { url: 'https://kms.example', signing: this.kms.publicKey, sealing: this.sealing.kms.publicKey },
      cloud: { url: 'https://cloud.example', signing: this.cloud.publicKey, sealing: this.sealing.cloud.publicKey },
      signer: { url: 'https://signer.example' },
    };
    this.signer = newSigner();
    const checks = nativeCrypto.checks;
    this.#proofs = Object.fromEntries(
      ['kms', 'cloud', 'signer', 'release'].map((party) => [party, new ProofVerifier(checks, this.clock.now)]),
    );
    this.decide({ what: 'allow-signer', pair: this.pair(1), note: '' });
  }

  /** A device of a person; a second one of the same person where `storage` and `key` are its own. */
  device(options: Partial<WalletClientOptions> & { person?: string } = {}) {
    const { person = 'alice', ...more } = options;
    const key = more.key ?? ephemeralDeviceKey();
    const storage = more.storage ?? new MemoryStorage();
    const { deployment, transport } = this;
    const tokens = { token: async () => this.token(person, key.point) };
    const client = new WalletClient({
      deployment,
      storage,
      key,
      tokens,
      name: 'a device',
      origin: 'https://wallet.example',
      crypto: nativeCrypto,
      transport,
      now: this.clock.now,
      ...more,
    });
    return { client, key, storage };
  }

  /** An ID token as a device reads it; nobody here verifies its signature. */
  token(subject: string, point: Uint8Array): string {
    const seconds = Math.floor(this.clock.at / 1_000);
    const claims = {
      iss: issuerUrl,
      sub: subject,
      aud: 'wallet',
      iat: seconds,
      exp: seconds + 300,
      auth_time: seconds,
      nonce: toBase64url(thumbprint(point)),
      email: `${subject}@Example.com`,
      email_verified: true,
    };
    const part = (value: object) => toBase64url(utf8(JSON.stringify(value)));
    return `${part({ alg: 'ES256' })}.${part(claims)}.${toBase64url(new Uint8Array(64))}`;
  }

  /** Replaces what a party does at `cloud/seals` and the like; `honest` is what it did. */
  on(hop: string, attack: (honest: Handler) => Handler): void {
    this.#instead.set(hop, attack);
  }

  honest(): void {
    this.#instead.clear();
  }

  /** The signer's process ends and another begins: same image, other keys. */
  restartSigner(): void {
    this.signer = newSigner();
  }

  pair(image: number) {
    const configuration = configurationHash(signerConfigurationOf(this.deployment));
    return { ...measurement(image), configuration };
  }

  /** A statement of two organisations, on the kms's log. */
  decide(decision: Decision): void {
    this.statements = [...this.statements, this.statement(this.statements, decision)];
  }

  statement(before: readonly LoggedStatement[], decision: Decision): LoggedStatement {
    const { id: deployment } = this.deployment;
    const last = before[before.length - 1];
    const previous = last === undefined ? null : statementHash(last.statement.body);
    const number = before.length + 1;
    const body = statementBodyCodec.encode({ v: 1, deployment, number, previous, made: this.clock.at, decision });
    const signatures = this.organisations.slice(0, 2).map((key) => ({
      organisation: key.publicKey,
      signature: key.sign(tagged('statement', body)),
    }));
    const said = { v: 1, deployment, number, statement: statementHash(body), at: this.clock.at, log: number } as const;
    return { statement: { body, signatures }, entry: signStatement(statementEntryStatement, said, this.kms) };
  }

  evidence(image = 1): Uint8Array {
    const { pcr0, pcr1, pcr2, configuration } = this.pair(image);
    const userData = evidenceUserDataCodec.encode({ v: 1, configuration, keys: signerId(this.signer.keys) });
    const document = signDocument({
      leaf: this.#leaf,
      moduleId: 'test',
      timestamp: this.clock.at,
      pcrs: new Map([pcr0, pcr1, pcr2].map((pcr, index) => [index, pcr])),
      publicKey: null,
      userData,
      nonce: null,
    });
    return evidenceCodec.encode({ document, keys: this.signer.keys });
  }

  /** The kms's next receipt of the one wallet, made for whatever is said. */
  receipt(said: Partial<Receipt>): Signed {
    const last = this.receipts[this.receipts.length - 1];
    const zeros = new Uint8Array(32);
    const body: Receipt = {
      v: 1,
      deployment: this.deployment.id,
      wallet: zeros,
      number: this.receipts.length + 1,
      previous: last === undefined ? null : receiptHash(last.body),
      kind: 'sign',
      epoch: 1,
      deed: zeros,
      device: zeros,
      signer: zeros,
      rh: zeros,
      challenge: zeros,
      expires: this.clock.at,
      at: this.clock.at,
      issuerKeys: [zeros],
      log: { index: this.receipts.length + 1, previous: zeros },
      ...said,
    };
    const signed = signStatement(receiptStatement, body, this.kms);
    this.receipts.push(signed);
    return signed;
  }

  readonly transport: Transport = async ({ url, body = nothing }) => {
    const { hostname, pathname } = new URL(url);
    const party = hostname.split('.')[0] ?? '';
    const hop = `${party}${pathname.replace('/v1', '')}`;
    this.asked.push(hop);
    const honest = this.#handlers[hop];
    if (honest === undefined) throw new Error(`nobody answers at ${hop}`);
    try {
      const handler = this.#instead.get(hop)?.(honest) ?? honest;
      return { status: 200, body: await handler(body) };
    } catch (error) {
      if (!(error instanceof Refuse)) throw error;
      const { status, code } = error;
      return { status, body: utf8(JSON.stringify({ type: 'x', title: 'Refused', status, code, detail: code })) };
    }
  };

  readonly #handlers: Record<string, Handler> = {
    'kms/statements': () => statementListCodec.encode({ statements: this.statements }),
    'signer/evidence': () => this.evidence(),
    'kms/wallets/find': () => findAnswer.encode({ found: this.#record('kms', this.activation !== null) }),
    'cloud/wallets/find': () => findAnswer.encode({ found: this.#record('cloud', this.followed) }),
    'kms/wallets/keep': (body) => this.#keep('kms', body),
    'cloud/wallets/keep': (body) => this.#keep('cloud', body),
    'cloud/wallets/follow': () => {
      if (this.activation === null) throw new Refuse(403, 'refused');
      this.followed = true;
      return nothing;
    },
    'kms/wallets/activate': (body) => {
      const { wallet } = this.#authorised('kms', paths.activate, activateCodec, body);
      this.activation ??= this.#activate(wallet);
      return activateAnswer.encode({ activation: this.activation });
    },
    'cloud/wallets/rotate': (body) => {
      const { cloud, kms } = rotateAsk.decode(body);
      for (const [store, asked] of [['cloud', cloud] as const, ['kms', kms] as const]) {
        const { from } = this.#authorised(store, paths.rotate, rotateCodec, authorisedCodec.encode(asked));
        if (from !== this.epoch[store]) throw new Refuse(403, 'refused');
      }
      this.given += 1;
      return rotateAnswer.encode({ epoch: this.given });
    },
    'kms/wallets/flip': (body) => {
      const { wallet, epoch } = this.#authorised('kms', paths.flip, flipCodec, body);
      if (epoch !== this.given) throw new Refuse(403, 'refused');
      this.flip = this.flipOf({ wallet, from: this.epoch.kms, epoch });
      this.epoch.kms = epoch;
      return flipAnswer.encode({ flip: this.flip });
    },
    'cloud/wallets/follow-flip': (body) => {
      this.#authorised('cloud', paths.followFlip, followFlipCodec, body);
      this.epoch.cloud = this.epoch.kms;
      return nothing;
    },
    'cloud/signers': (body) => {
      this.#known.add(toHex(signerId(evidenceCodec.decode(body).keys)));
      return nothing;
    },
    'cloud/seals': (body) => {
      const { signer, rh, epoch } = this.#authorised('cloud', paths.seals, shareRequestCodec, body);
      if (epoch !== this.epoch.cloud && epoch !== this.given) throw new Refuse(403, 'refused');
      if (!this.#known.has(toHex(signer))) throw new Refuse(409, 'signer-unknown');
      return sealAnswer.encode({ sealed: rh });
    },
    'kms/receipts': (body) => {
      const { from, count } = this.#authorised('kms', paths.receipts, receiptsCodec, body);
      return receiptsAnswer.encode({ receipts: this.receipts.slice(from - 1, from - 1 + count) });
    },
    'kms/wallets/deed': (body) => {
      const { wallet, version } = this.#authorised('kms', paths.deed, deedUpdateCodec, body);
      const { number } = deedCodec.decode(version.body);
      const head = deedHash(version.body);
      const said = { v: 1, deployment: this.deployment.id, wallet, number, head, at: this.clock.at } as const;
      return this.#append('kms', wallet, [version], signStatement(deedOrderStatement, said, this.kms));
    },
    'cloud/wallets/follow-deed': (body) => {
      const { wallet, versions, order } = this.#authorised('cloud', paths.followDeed, deedFollowCodec, body);
      return this.#append('cloud', wallet, versions, order);
    },
    'signer/requests': (body) => this.#sign(body),
  };

  #authorised<T extends { v: 1; rh?: Uint8Array }>(
    party: Store,
    path: Parameters<typeof addressOf>[1],
    codec: Codec<T>,
    body: Uint8Array,
  ): T {
    const { message, token, proof } = authorisedCodec.decode(body);
    const decoded = codec.decode(message);
    const rh = decoded.rh ?? tagDigest('request', message);
    this.#proofs[party]?.verify(proof, { htu: addressOf(this.deployment[party].url, path), token, rh, message });
    return decoded;
  }

  #keep(store: Store, body: Uint8Array): Uint8Array {
    const { wallet, deed, sealed } = this.#authorised(store, paths.keep, keepCodec, body);
    const info = sealInfo(store === 'kms' ? 'keep-kms' : 'keep-cloud', this.deployment.id);
    const { plaintext, reply } = this.sealing[store].open(sealed, info, wallet);
    reply[Symbol.dispose]();
    const chain: DeedVersion[] = [{ body: deed, authority: { by: 'creation' } }];
    this.kept[store].set(toHex(wallet), { ...unpackKeep(plaintext), chain, order: null });
    const said = { v: 1, deployment: this.deployment.id, wallet, epoch: 1, at: this.clock.at } as const;
    return keepAnswer.encode({ kept: signStatement(keptStatement, said, this[store]) });
  }

  #activate(wallet: Uint8Array): Signed {
    this.#active = wallet;
    const said = { v: 1, deployment: this.deployment.id, wallet, epoch: 1, at: this.clock.at, log: 1 } as const;
    return signStatement(activationStatement, said, this.kms);
  }

  #record(store: Store, active: boolean) {
    const kept = this.kept[store].get(toHex(this.#active));
    if (!active || kept === undefined) return null;
    const { opening, chain, order } = kept;
    const wallet = this.#active;
    const [epoch, flip] = [this.epoch[store], this.epoch[store] > 1 ? this.flip : null];
    return { wallet, epoch, deed: chain, salt: opening.salt, activation: this.activation, order, flip };
  }

  /** The kms's word on an epoch. */
  flipOf(said: Partial<Flipped>): Signed {
    const zeros = new Uint8Array(32);
    const body = {
      v: 1,
      deployment: this.deployment.id,
      wallet: zeros,
      from: 1,
      epoch: 2,
      at: this.clock.at,
      log: 1,
      order: null,
    } as const;
    return signStatement(flippedStatement, { ...body, ...said }, this.kms);
  }

  #append(store: Store, wallet: Uint8Array, versions: DeedVersion[], order: Signed): Uint8Array {
    const kept = this.kept[store].get(toHex(wallet));
    if (kept === undefined) throw new Refuse(403, 'refused');
    const last = deedCodec.decode(kept.chain.at(-1)?.body ?? nothing).number;
    kept.chain.push(...versions.filter(({ body }) => deedCodec.decode(body).number > last));
    kept.order = order;
    return deedUpdateAnswer.encode({ order });
  }

  #sign(sealed: Uint8Array): Uint8Array {
    const aad = utf8(this.deployment.id);
    const { plaintext, reply } = this.#openRequest(sealed, aad);
    const request = signerRequestCodec.decode(unpad(plaintext.expose()).slice());
    return reply.sealReply(aad, pad(signerAnswerCodec.encode(this.answer(request))));
  }

  #openRequest(sealed: Uint8Array, aad: Uint8Array) {
    try {
      return this.signer.sealing.open(sealed, sealInfo('signer-request', this.deployment.id), aad);
    } catch {
      throw new Refuse(409, 'signer-unknown');
    }
  }

  /** What an honest signer answers. */
  answer({ envelope: bytes, token, proof, release }: SignerRequest): SignerAnswer {
    const envelope = envelopeCodec.decode(bytes);
    const rh = requestHash(bytes);
    const { url } = this.deployment.signer;
    const key = this.#proofs['signer']?.verify(proof, {
      htu: addressOf(url, paths.requests),
      token,
      rh,
      message: bytes,
    });
    const htu = addressOf(this.deployment.kms.url, paths.releases);
    this.#proofs['release']?.verify(release.proof, { htu, token, rh, message: release.message });

    const { kind, epoch, wallet, deed, signer } = envelope;
    const device = thumbprint(key ?? nothing);
    const receipt = this.receipt({ kind, epoch, wallet, deed, signer, rh, device });
    const { keys } = deedCodec.decode(this.kept.kms.get(toHex(wallet))?.chain[0]?.body ?? nothing);
    if (kind !== 'sign') {
      const signatures: Signatures = {};
      for (const curve of curvesOf(keys)) {
        const bytesOf = kind === 'create' ? creationBytes : rotationBytes;
        const message = bytesOf(this.deployment.id, wallet, curve, epoch);
        signatures[curve] = this.#signWith(
          wallet,
          curve,
          curve === 'ed25519' ? message : creationDigest(message),
        ).signature;
      }
      return { status: kind === 'create' ? 'created' : 'turned', receipt, signatures };
    }
    const intent = parseIntent(decodeData('intent', envelope.intent));
    const { signature, recovery } = this.#signWith(wallet, 'secp256k1', digest(intent));
    const { signed = null } = assemble(intent, { compact: signature, recovery: recovery ?? 0 });
    return { status: 'signed', receipt, signature, recovery, signed };
  }

  #signWith(wallet: Uint8Array, curve: Curve, content: Uint8Array): { signature: Uint8Array; recovery: 0 | 1 | null } {
    const [a, b] = [this.kept.kms, this.kept.cloud].map((store) => store.get(toHex(wallet))?.shares[curve]);
    if (a === undefined || b === undefined) throw new Refuse(403, 'refused');
    using key = join(a, b);
    const expectedPublicKey = nativeCrypto.publicKeyOf(curve, key);
    if (curve === 'secp256k1') return signSecp256k1({ key, expectedPublicKey, digest: content });
    return { signature: signEd25519({ seed: key, expectedPublicKey, message: content }), recovery: null };
  }
}

function newSigner() {
  const sealing = hpkeXWing.generate();
  return { sealing, keys: { v: 1, sealing: sealing.publicKey, signing: SigningKey.generate().publicKey } as const };
}

function measurement(image: number) {
  const pcr = (index: number) => new Uint8Array(createHash('sha384').update(`image ${image} pcr ${index}`).digest());
  return { pcr0: pcr(0), pcr1: pcr(1), pcr2: pcr(2) };
}
