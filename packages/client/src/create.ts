import { equal, type Secret, split } from '@symbolon/crypto';
import {
  activateAnswer,
  activateCodec,
  activationStatement,
  type Curve,
  creationBytes,
  creationDigest,
  curvesOf,
  type Deed,
  deedCodec,
  deedHash,
  identityHash,
  keepAnswer,
  keepCodec,
  keptStatement,
  mailboxHash,
  openStatement,
  ProtocolError,
  type PublicKeys,
  packKeep,
  paths,
  type Signatures,
  type Signed,
  type Store,
  sealInfo,
  type WalletRecord,
} from '@symbolon/protocol';
import type { Attempt } from './attempt.ts';
import { personName, readClaims, requireRecentSignIn, type TokenClaims } from './claims.ts';
import type { Device, WalletMemory } from './device.ts';
import { ClientError, hasCode, type Party } from './errors.ts';
import { follow, open } from './open.ts';
import { invalidAnswer, readAnswer } from './parties.ts';
import { randomBytes } from './random.ts';
import { alarmOf, ReceiptChain } from './receipts.ts';
import { askSigner } from './request.ts';
import { withRetries } from './retry.ts';
import { askStore, headOf } from './stores.ts';
import { verifyRecord, type Wallet } from './wallet.ts';

/** First set of shares of every wallet. */
const firstEpoch = 1;

/** Whole wallet keys by curve, for the moment of creation or import (law 1). */
export type WalletKeys = Partial<Record<Curve, Secret>>;

/** `alarm`: the wallet is whole, and yet the kms's receipts of its making do not fit together. */
export interface Created {
  wallet: Wallet;
  alarm: ClientError | null;
}

/**
 * Makes a wallet of these keys and takes them over: wiped whatever happens. The wallet is there, and its address may be shown,
 * once this resolves (law 7); killed anywhere before, it goes on when it is called again, or begins anew where nothing was lost.
 *
 * Throws ClientError `wallet-exists` where the person has another wallet, `sign-in-needed`, `key-invalid`, and as the ordinary
 * path does.
 */
export async function create(device: Device, how: Deed['made']['how'], keys: WalletKeys): Promise<Created> {
  try {
    return await device.lock(`${device.deployment.id}.create`, async () => {
      const claims = readClaims(await device.tokens.token());
      const memory = device.memoryOf(personName(claims));
      const resumed = await resume(device, claims, memory, how, keys);
      if (resumed !== null) return resumed;

      if ((await open(device)).status !== 'none') throw exists();
      requireRecentSignIn(claims, device.nonce, device.now());
      const attempt = await begin(device, claims, memory, how, keys);
      return await finish(device, claims, memory, attempt);
    });
  } finally {
    wipeAll(keys);
  }
}

/** Goes on with what a crash left, if it is what is asked for now and both stores hold it; otherwise forgets it. */
async function resume(
  device: Device,
  claims: TokenClaims,
  memory: WalletMemory,
  how: Deed['made']['how'],
  keys: WalletKeys,
): Promise<Created | null> {
  const attempt = await memory.attempt.read();
  if (attempt === null) return null;
  if (!attempt.kept || !isFor(device, attempt, how, keys)) {
    // Half of it was never kept: without key and address it is worth nothing, and the stores forget it in time.
    await memory.attempt.clear();
    return null;
  }
  try {
    return await finish(device, claims, memory, attempt);
  } catch (error) {
    if (!hasCode(error, 'party-refused', 'signing-refused', 'wallet-exists')) throw error;
  }
  // No longer pending: active after all, its answer lost, or forgotten.
  await memory.attempt.clear();
  const opened = await open(device);
  if (opened.status !== 'ready' || !equal(opened.wallet.id, deedHash(attempt.body))) return null;
  return { wallet: opened.wallet, alarm: null };
}

function isFor(device: Device, { deed }: Attempt, how: Deed['made']['how'], keys: WalletKeys): boolean {
  const curves = curvesOf(keys);
  if (deed.made.how !== how || curvesOf(deed.keys).join() !== curves.join()) return false;
  if (how === 'created') return true;
  const publicKeys = publicKeysOf(device, keys);
  return curves.every((curve) => equal(publicKeys[curve] ?? none, deed.keys[curve] ?? none));
}

const none = new Uint8Array();

/** Writes the deed, gives each store its shares, sealed to it, directly; both say that they are durable. */
async function begin(
  device: Device,
  claims: TokenClaims,
  memory: WalletMemory,
  how: Deed['made']['how'],
  keys: WalletKeys,
): Promise<Attempt> {
  const salt = randomBytes(32);
  const deed = firstDeed(device, claims, salt, how, publicKeysOf(device, keys));
  const attempt: Attempt = { body: deedCodec.encode(deed), deed, salt, kept: false };
  const sealed = await sealShares(device, claims, attempt, keys);
  wipeAll(keys);

  await memory.attempt.write(attempt);
  await Promise.all([keep(device, 'kms', attempt, sealed.kms), keep(device, 'cloud', attempt, sealed.cloud)]);
  const kept = { ...attempt, kept: true };
  await memory.attempt.write(kept);
  return kept;
}

function firstDeed(
  device: Device,
  claims: TokenClaims,
  salt: Uint8Array,
  how: Deed['made']['how'],
  keys: PublicKeys,
): Deed {
  const at = device.now();
  const { issuer, subject, mailbox } = claims;
  return {
    v: 1,
    deployment: device.deployment.id,
    number: 1,
    previous: null,
    salt: randomBytes(32),
    keys,
    made: { how, at },
    identity: identityHash(salt, issuer, subject),
    mailbox: mailbox === null ? null : mailboxHash(salt, mailbox),
    devices: [{ key: device.key.point, name: device.name, added: at, how: 'creation', origin: null }],
    revoked: [],
  };
}

/** Splits every key and seals its halves, A to the kms and B to the cloud; nothing unsealed is left. */
async function sealShares(
  device: Device,
  { mailbox }: TokenClaims,
  { body, deed, salt }: Attempt,
  keys: WalletKeys,
): Promise<Record<Store, Uint8Array>> {
  const curves = curvesOf(deed.keys);
  const halves = curves.map((curve) => split(keyOf(keys, curve)));
  try {
    const seal = async (store: Store, shares: Secret[]) => {
      using packed = packKeep({ salt, mailbox: store === 'kms' ? mailbox : null, curves }, shares);
      const info = sealInfo(store === 'kms' ? 'keep-kms' : 'keep-cloud', device.deployment.id);
      const recipient = device.deployment[store].sealing;
      const { sealed, reply } = await device.crypto.hpke.seal(recipient, info, deedHash(body), packed.expose());
      reply[Symbol.dispose]();
      return sealed;
    };
    const [kms, cloud] = await Promise.all([
      seal(
        'kms',
        halves.map(({ a }) => a),
      ),
      seal(
        'cloud',
        halves.map(({ b }) => b),
      ),
    ]);
    return { kms, cloud };
  } finally {
    for (const { a, b } of halves) {
      a.wipe();
      b.wipe();
    }
  }
}

/** Asked again with the same shares, a store says so again: a lost answer costs nothing. */
async function keep(device: Device, store: Store, { body }: Attempt, sealed: Uint8Array): Promise<void> {
  const wallet = deedHash(body);
  const answer = await orExists(() =>
    askStore(device, store, paths.keep, keepCodec, { ...headOf(device, 'keep'), wallet, deed: body, sealed }),
  );
  const { kept } = readAnswer(store, keepAnswer, answer);
  const { deployment, crypto } = device;
  const said = readSigned(store, () =>
    openStatement(keptStatement, kept, deployment[store].signing, crypto.checks.ed25519),
  );
  const right =
    said !== null && said.deployment === deployment.id && equal(said.wallet, wallet) && said.epoch === firstEpoch;
  if (!right) throw invalidAnswer(store, 'did not sign that it keeps the shares');
}

/** The first signatures by the ordinary path, then the kms decides, then the cloud follows. */
async function finish(device: Device, claims: TokenClaims, memory: WalletMemory, attempt: Attempt): Promise<Created> {
  const id = deedHash(attempt.body);
  const record: WalletRecord = {
    wallet: id,
    epoch: firstEpoch,
    deed: [{ body: attempt.body, authority: { by: 'creation' } }],
    salt: attempt.salt,
    activation: null,
    order: null,
  };
  const receipts = new ReceiptChain(device, { id, memory });
  const { signatures, receipt } = await signFirst(device, attempt.deed, record, receipts);
  const activation = await activate(device, id, signatures);
  await follow(device, id, activation);

  const wallet = verifyRecord(device, { ...record, activation }, claims, 'kms');
  await memory.record.write(wallet.record);
  await memory.attempt.clear();
  return { wallet, alarm: await alarmOf(receipts.follow(receipt)) };
}

async function signFirst(
  device: Device,
  deed: Deed,
  record: WalletRecord,
  receipts: ReceiptChain,
): Promise<{ signatures: Signatures; receipt: Signed }> {
  const pending = { id: record.wallet, head: record.wallet, deed, record };
  const approved = { kind: 'create', curve: null, intent: new Uint8Array(), origin: device.origin } as const;
  const answer = await askSigner(device, pending, approved, (rh) => receipts.expect(rh));
  if (answer.status !== 'created') throw invalidAnswer('signer', 'answered a creation with something else');
  for (const curve of curvesOf(deed.keys)) requireFirstSignature(device, deed, record.wallet, curve, answer.signatures);
  return { signatures: answer.signatures, receipt: answer.receipt };
}

/** Made from the stored shares: it shows that they make the key (law 7). */
function requireFirstSignature(
  device: Device,
  deed: Deed,
  wallet: Uint8Array,
  curve: Curve,
  signatures: Signatures,
): void {
  const bytes = creationBytes(device.deployment.id, wallet, curve, firstEpoch);
  const signed = curve === 'secp256k1' ? creationDigest(bytes) : bytes;
  if (device.crypto.verifySignature(curve, deed.keys[curve] ?? none, signed, signatures[curve] ?? none)) return;
  throw new ClientError('signature-invalid', `The first ${curve} signature does not hold.`, { party: 'signer' });
}

async function activate(device: Device, wallet: Uint8Array, signatures: Signatures): Promise<Signed> {
  const message = () => ({ ...headOf(device, 'activate'), wallet, epoch: firstEpoch, signatures });
  const body = await orExists(() => askStore(device, 'kms', paths.activate, activateCodec, message()));
  const { activation } = readAnswer('kms', activateAnswer, body);
  const { deployment, crypto } = device;
  const said = readSigned('kms', () =>
    openStatement(activationStatement, activation, deployment.kms.signing, crypto.checks.ed25519),
  );
  if (said === null || said.deployment !== deployment.id || !equal(said.wallet, wallet)) {
    throw invalidAnswer('kms', 'did not sign the activation');
  }
  return activation;
}

/** Public keys in protocol order. Throws ClientError `key-invalid`. */
function publicKeysOf(device: Device, keys: WalletKeys): PublicKeys {
  try {
    return Object.fromEntries(
      curvesOf(keys).map((curve) => [curve, device.crypto.publicKeyOf(curve, keyOf(keys, curve))]),
    );
  } catch (cause) {
    throw new ClientError('key-invalid', 'That is not a private key of this curve.', { cause });
  }
}

function keyOf(keys: WalletKeys, curve: Curve): Secret {
  const key = keys[curve];
  if (key === undefined) throw new ClientError('curve-missing', `There is no ${curve} key.`);
  return key;
}

function wipeAll(keys: WalletKeys): void {
  for (const key of Object.values(keys)) key.wipe();
}

function readSigned<T>(party: Party, open: () => T | null): T | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof ProtocolError) throw invalidAnswer(party, 'signed something malformed');
    throw error;
  }
}

/** Another tab or device may win the race, at any step: the kms decides. */
async function orExists(ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await withRetries(ask);
  } catch (error) {
    throw hasCode(error, 'party-refused') && error.reason === 'wallet-exists' ? exists() : error;
  }
}

function exists(): ClientError {
  return new ClientError('wallet-exists', 'This person has a wallet already.');
}
