import {
  type Codec,
  confirmationAnswer,
  confirmMailCodec,
  countersignCodec,
  type DeedDevice,
  mailCodeAnswer,
  mailCodeCodec,
  paths,
  type Signed,
  type Store,
} from '@symbolon/protocol';
import { readClaims, requireRecentSignIn } from './claims.ts';
import { nextVersion, putVersion } from './deedChange.ts';
import type { Device } from './device.ts';
import { requireNew } from './devices.ts';
import { readAnswer } from './parties.ts';
import { askStore, headOf } from './stores.ts';
import type { Wallet } from './wallet.ts';

/**
 * Asks the kms to mail a code for this device's key to the mailbox in the deed; the mail shows the same key check as this device.
 * Resolves with the code's end, ms. Throws ClientError `sign-in-needed`, `device-known`, `device-revoked`.
 */
export async function requestMailCode(device: Device, wallet: Wallet): Promise<number> {
  await requireMayJoin(device, wallet);
  const message = { ...headOf(device, 'mail-code'), wallet: wallet.id };
  const body = await askStore(device, 'kms', paths.mailCode, mailCodeCodec, message);
  return readAnswer('kms', mailCodeAnswer, body).expires;
}

/**
 * Enrols this device by the mailed code (eight digits): kms and cloud each check the sign-in for themselves and vouch for exactly
 * this version. Throws as {@link requestMailCode}; `party-refused` for a wrong code.
 */
export async function joinByMail(device: Device, wallet: Wallet, code: string): Promise<Wallet> {
  await requireMayJoin(device, wallet);
  const self: DeedDevice = {
    key: device.key.point,
    name: device.name,
    added: device.now(),
    how: 'mail',
    origin: null,
  };
  const { devices, revoked } = wallet.deed;
  const deed = nextVersion(wallet, { devices: [...devices, self], revoked });
  const subject = { wallet: wallet.id, deed };

  const confirmMail = { ...headOf(device, 'confirm-mail'), ...subject, code };
  const kms = await confirmed(device, 'kms', paths.confirmMail, confirmMailCodec, confirmMail);
  const countersign = { ...headOf(device, 'countersign'), ...subject, confirmation: kms };
  const cloud = await confirmed(device, 'cloud', paths.countersign, countersignCodec, countersign);

  return putVersion(device, wallet, deed, { by: 'mail', kms, cloud });
}

async function confirmed<T>(
  device: Device,
  store: Store,
  path: typeof paths.confirmMail | typeof paths.countersign,
  codec: Codec<T>,
  message: T,
): Promise<Signed> {
  return readAnswer(store, confirmationAnswer, await askStore(device, store, path, codec, message)).confirmation;
}

async function requireMayJoin(device: Device, wallet: Wallet): Promise<void> {
  requireNew(wallet, device.key.point);
  requireRecentSignIn(readClaims(await device.tokens.token()), device.nonce, device.now());
}
