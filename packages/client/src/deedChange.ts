import {
  type Deed,
  type DeedAuthority,
  type DeedChain,
  type DeedVersion,
  deedCodec,
  deedFollowCodec,
  deedOrderStatement,
  deedUpdateAnswer,
  deedUpdateCodec,
  paths,
  type Signed,
  tagged,
} from '@symbolon/protocol';
import { Refusal, type VerifiedDeed } from '@symbolon/verify';
import type { Device } from './device.ts';
import { ClientError } from './errors.ts';
import { invalidAnswer, readAnswer } from './parties.ts';
import { askStore, headOf } from './stores.ts';
import { ordersHead, saidBy, type Wallet } from './wallet.ts';

/** What one version changes of the one before. */
export type Change = Pick<Deed, 'devices' | 'revoked'>;

/** Exact bytes of the wallet's next deed version. */
export function nextVersion({ deed, head }: Wallet, change: Change): Uint8Array {
  return deedCodec.encode({ ...deed, number: deed.number + 1, previous: head, ...change });
}

/** This device vouches for a version: ES256 over the body under its domain. */
export async function vouch(device: Device, body: Uint8Array): Promise<DeedAuthority> {
  return { by: 'device', key: device.key.point, signature: await device.key.sign(tagged('deed', body)) };
}

/**
 * The kms orders the version, the cloud follows; the device remembers it. Where the cloud was not reached, the next `open`
 * carries it there. Throws ClientError `deed-invalid` before anything is sent, `party-refused`, `party-unreachable`,
 * `party-answer-invalid`.
 */
export async function putVersion(
  device: Device,
  wallet: Wallet,
  body: Uint8Array,
  authority: DeedAuthority,
): Promise<Wallet> {
  const version = { body, authority };
  const { deed, head } = extended(device, wallet, version);
  const message = { ...headOf(device, 'deed'), wallet: wallet.id, version };
  const answer = await askStore(device, 'kms', paths.deed, deedUpdateCodec, message);
  const { order } = readAnswer('kms', deedUpdateAnswer, answer);
  if (!ordersHead(saidBy(device, 'kms', deedOrderStatement, order), wallet.id, deed, head))
    throw invalidAnswer('kms', 'ordered another version');

  const record = { ...wallet.record, deed: [...wallet.record.deed, version], order };
  await wallet.memory.record.write(record);
  await carryToCloud(device, wallet.id, [version], order);
  return { ...wallet, deed, head, record };
}

/** The cloud follows: what it lacks of a deed, with the kms's word on the last of it. Done already, it changes nothing. */
export async function carryToCloud(
  device: Device,
  wallet: Uint8Array,
  versions: DeedChain,
  order: Signed,
): Promise<void> {
  const message = { ...headOf(device, 'follow-deed'), wallet, versions, order };
  await askStore(device, 'cloud', paths.followDeed, deedFollowCodec, message);
}

/** Checked here before anyone is told: what the stores would refuse is not sent. */
function extended(device: Device, { id, deed, head }: Wallet, version: DeedVersion): VerifiedDeed {
  try {
    return device.deeds.extend({ wallet: id, deed, head }, version);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    throw new ClientError('deed-invalid', 'The new version does not follow the rules of the deed.', {
      hint: 'Open the wallet again and repeat the change.',
      cause,
    });
  }
}
