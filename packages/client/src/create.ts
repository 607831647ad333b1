import { equal } from '@symbolon/crypto';
import {
  activateAnswer,
  activateCodec,
  activationStatement,
  creationBytes,
  curvesOf,
  type Deed,
  deedCodec,
  deedHash,
  identityHash,
  mailboxHash,
  type PublicKeys,
  paths,
  type Signatures,
  type Signed,
  type WalletRecord,
} from '@symbolon/protocol';
import type { Attempt } from './attempt.ts';
import { personName, readClaims, requireRecentSignIn, type TokenClaims } from './claims.ts';
import type { Device, WalletMemory } from './device.ts';
import { ClientError, hasCode } from './errors.ts';
import { firstEpoch, keep, sealShares } from './keep.ts';
import { requireKeySignatures } from './keySignatures.ts';
import { follow, open } from './open.ts';
import { invalidAnswer, readAnswer } from './parties.ts';
import { randomBytes } from './random.ts';
import { alarmOf, ReceiptChain } from './receipts.ts';
import { askSigner } from './request.ts';
import { withRetries } from './retry.ts';
import { askStore, headOf } from './stores.ts';
import { saidBy, verifyRecord, type Wallet } from './wallet.ts';
import { publicKeysOf, type WalletKeys, wipeAll } from './walletKeys.ts';

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

      if ((await open(device)).status !== 'none')
        throw new ClientError('wallet-exists', 'This person has a wallet already.');
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
  const publicKeys = publicKeysOf(device.crypto, keys);
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
  const deed = firstDeed(device, claims, salt, how, publicKeysOf(device.crypto, keys));
  const attempt: Attempt = { body: deedCodec.encode(deed), deed, salt, kept: false };
  const sealed = await sealShares(device, claims.mailbox, attempt, keys);
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
    flip: null,
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
  requireKeySignatures(device, deed, answer.signatures, (curve) =>
    creationBytes(device.deployment.id, record.wallet, curve, firstEpoch),
  );
  return { signatures: answer.signatures, receipt: answer.receipt };
}

async function activate(device: Device, wallet: Uint8Array, signatures: Signatures): Promise<Signed> {
  const message = () => ({ ...headOf(device, 'activate'), wallet, epoch: firstEpoch, signatures });
  const body = await withRetries(() => askStore(device, 'kms', paths.activate, activateCodec, message()));
  const { activation } = readAnswer('kms', activateAnswer, body);
  const said = saidBy(device, 'kms', activationStatement, activation);
  if (said === null || !equal(said.wallet, wallet)) throw invalidAnswer('kms', 'did not sign the activation');
  return activation;
}
