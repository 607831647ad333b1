import { equal } from '@symbolon/crypto';
import {
  type Deed,
  type DeedChange,
  deedChange,
  deedCodec,
  deedHash,
  enrolledDevice,
  findAnswer,
  findCodec,
  followCodec,
  paths,
  type Signed,
  type Store,
  type WalletRecord,
} from '@symbolon/protocol';
import { personName, readClaims, type TokenClaims } from './claims.ts';
import { carryToCloud } from './deedChange.ts';
import type { Device } from './device.ts';
import { ClientError, hasCode } from './errors.ts';
import { readAnswer } from './parties.ts';
import { followFlip } from './rotate.ts';
import { askStore, headOf } from './stores.ts';
import { isEnrolled, verifyRecord, type Wallet } from './wallet.ts';

/**
 * What signing in led to. `news`: devices added or revoked since this device last looked, oldest first. `made`: told once, to a
 * device that meets a wallet it did not make, so that one made in the person's name before they came can be refused.
 */
export type Opened =
  | { status: 'none' }
  | { status: 'not-enrolled'; wallet: Wallet; made: Deed['made'] }
  | { status: 'ready'; wallet: Wallet; made: Deed['made'] | null; news: DeedChange[] };

/**
 * Finds the person's wallet. The kms decides which it is and which version is its newest, and the cloud is brought up to that.
 *
 * Throws ClientError `deed-invalid`, `deed-rolled-back`, `wallet-changed`, `wallet-missing`, `stores-disagree`,
 * `party-unreachable`, `party-refused`.
 */
export async function open(device: Device): Promise<Opened> {
  try {
    return await look(device);
  } catch (error) {
    if (!hasCode(error, 'stores-disagree')) throw error;
  }
  // Another device may have made or changed the wallet between the two answers: then the next two agree.
  return look(device);
}

async function look(device: Device): Promise<Opened> {
  const claims = readClaims(await device.tokens.token());
  const [atKms, atCloud, known] = await Promise.all([
    find(device, 'kms'),
    find(device, 'cloud'),
    device.memoryOf(personName(claims)).record.read(),
  ]);
  if (atKms === null) {
    if (known !== null) throw new ClientError('wallet-missing', 'The kms says that there is no wallet.');
    if (atCloud !== null) throw disagree('the cloud has a wallet that the kms does not have');
    return { status: 'none' };
  }
  const wallet = verifyRecord(device, atKms, claims, 'kms');
  const news = known === null ? [] : changesSince(known, wallet);
  await bringCloudAlong(device, wallet, claims, atCloud);
  await wallet.memory.record.write(wallet.record);

  const { made } = wallet.deed;
  if (!isEnrolled(device, wallet)) return { status: 'not-enrolled', wallet, made };
  const met = known === null && enrolledDevice(wallet.deed, device.key.point)?.how !== 'creation';
  return { status: 'ready', wallet, made: met ? made : null, news };
}

/** The wallet as this device knows it, without asking anyone; null if it knows none. */
export async function recall(device: Device): Promise<Wallet | null> {
  const claims = readClaims(await device.tokens.token());
  const known = await device.memoryOf(personName(claims)).record.read();
  if (known === null) return null;
  const wallet = verifyRecord(device, known, claims, 'kms');
  return isEnrolled(device, wallet) ? wallet : null;
}

async function find(device: Device, store: Store): Promise<WalletRecord | null> {
  const body = await askStore(device, store, paths.find, findCodec, headOf(device, 'find'));
  return readAnswer(store, findAnswer, body).found;
}

/** Law 4 from where the device stands: what it knew is still the wallet's past. */
function changesSince(known: WalletRecord, wallet: Wallet): DeedChange[] {
  if (!equal(known.wallet, wallet.id)) throw new ClientError('wallet-changed', 'The kms serves another wallet.');
  const { deed: chain } = wallet.record;
  const prefix = known.deed.every(({ body }, index) => equal(body, chain[index]?.body ?? new Uint8Array()));
  if (!prefix || known.epoch > wallet.record.epoch) {
    throw new ClientError('deed-rolled-back', 'The kms serves an older or a different record.');
  }
  return chain.slice(known.deed.length).map(({ body }, index) => {
    const before = chain[known.deed.length + index - 1]?.body ?? new Uint8Array();
    return deedChange(deedCodec.decode(before), deedHash(before), deedCodec.decode(body));
  });
}

/** The cloud follows the kms; whoever comes by carries what it missed. */
async function bringCloudAlong(
  device: Device,
  wallet: Wallet,
  claims: TokenClaims,
  atCloud: WalletRecord | null,
): Promise<void> {
  let followed = atCloud;
  if (followed === null) {
    await follow(device, wallet.id, wallet.record.activation);
    followed = await find(device, 'cloud');
  }
  if (followed === null || !equal(followed.wallet, wallet.id)) throw disagree('the cloud has another wallet, or none');

  const cloud = verifyRecord(device, followed, claims, 'cloud');
  const chain = wallet.record.deed;
  const prefix = cloud.record.deed.every(({ body }, index) => equal(body, chain[index]?.body ?? new Uint8Array()));
  if (!prefix) throw disagree('the cloud has versions of the deed that the kms does not have');
  const missing = chain.slice(cloud.record.deed.length);
  if (missing.length > 0 && wallet.record.order !== null) {
    await carryToCloud(device, wallet.id, missing, wallet.record.order);
  }
  const { epoch, flip } = wallet.record;
  if (cloud.record.epoch > epoch) throw disagree('the cloud has an epoch that the kms does not have');
  if (cloud.record.epoch < epoch && flip !== null) await followFlip(device, wallet, flip);
}

/** Tells the cloud that the kms has decided. */
export async function follow(device: Device, wallet: Uint8Array, activation: Signed | null): Promise<void> {
  if (activation === null) throw disagree('the kms has not activated the wallet');
  const message = { ...headOf(device, 'follow'), wallet, activation };
  await askStore(device, 'cloud', paths.follow, followCodec, message);
}

function disagree(what: string): ClientError {
  return new ClientError('stores-disagree', `Kms and cloud disagree: ${what}.`);
}
