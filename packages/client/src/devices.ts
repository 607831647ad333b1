import { equal, fromBase64url, toBase64url } from '@symbolon/crypto';
import { type DeedDevice, enrolledDevice, keyCheck, thumbprint } from '@symbolon/protocol';
import { nextVersion, putVersion, vouch } from './deedChange.ts';
import type { Device } from './device.ts';
import { ClientError } from './errors.ts';
import type { Wallet } from './wallet.ts';

/** An enrolled device as a person sees it: `check` is the short text that both screens show. */
export interface ListedDevice extends DeedDevice {
  /** RFC 7638 hash of its key, 32 bytes: by this it is revoked. */
  thumbprint: Uint8Array;
  check: string;
  thisOne: boolean;
}

export function listDevices(device: Device, { deed }: Wallet): ListedDevice[] {
  return deed.devices.map((one) => ({
    ...one,
    thumbprint: thumbprint(one.key),
    check: keyCheck(one.key),
    thisOne: equal(one.key, device.key.point),
  }));
}

/**
 * Enrols a device by its key, vouched for by this one; with an `origin`, to sign for that origin and to change nothing. Throws
 * ClientError `device-known`, `device-revoked`, `deed-invalid` where the deed has no room for another.
 */
export async function approveDevice(
  device: Device,
  wallet: Wallet,
  key: Uint8Array,
  name: string,
  origin: string | null,
): Promise<Wallet> {
  requireNew(wallet, key);
  const { devices, revoked } = wallet.deed;
  const added: DeedDevice = { key, name, added: device.now(), how: 'approval', origin };
  const body = nextVersion(wallet, { devices: [...devices, added], revoked });
  return putVersion(device, wallet, body, await vouch(device, body));
}

/** Takes a device out for ever, this one too. Throws ClientError `device-unknown`, ProtocolError if none would be left. */
export async function revokeDevice(device: Device, wallet: Wallet, print: Uint8Array): Promise<Wallet> {
  const { devices, revoked } = wallet.deed;
  const left = devices.filter(({ key }) => !equal(thumbprint(key), print));
  if (left.length === devices.length) throw new ClientError('device-unknown', 'No enrolled device has that key.');
  if (left.every(({ origin }) => origin !== null)) {
    throw new ClientError('device-unknown', 'This is the last device that may change the wallet.', {
      hint: 'Enrol another device first.',
    });
  }
  const body = nextVersion(wallet, { devices: left, revoked: [...revoked, print] });
  return putVersion(device, wallet, body, await vouch(device, body));
}

/** A key that is neither enrolled nor was revoked. Throws ClientError `device-known`, `device-revoked`. */
export function requireNew({ deed }: Wallet, key: Uint8Array): void {
  if (enrolledDevice(deed, key) !== null) throw new ClientError('device-known', 'That device is enrolled already.');
  const print = thumbprint(key);
  if (deed.revoked.some((one) => equal(one, print))) throw new ClientError('device-revoked', 'That key was revoked.');
}

const requestPrefix = 'symbolon-device-1';

/** How a new device asks an enrolled one: its public key as text, and the check that a person compares on both screens. */
export function requestText(device: Device): string {
  const { point } = device.key;
  return [requestPrefix, device.deployment.id, toBase64url(point), keyCheck(point)].join(':');
}

/** The key of such a request, 64 bytes. Throws ClientError `request-text-invalid`. */
export function parseRequestText(device: Device, text: string): { key: Uint8Array; check: string } {
  const [prefix, deployment, encoded = '', check = '', ...more] = text.trim().split(':');
  const wrong = (what: string) => new ClientError('request-text-invalid', `The device's request ${what}.`);
  if (prefix !== requestPrefix || more.length > 0) throw wrong('is not of the expected form');
  if (deployment !== device.deployment.id) throw wrong('is of another deployment');
  const key = decoded(encoded);
  if (key?.length !== 64 || keyCheck(key) !== check) throw wrong('was changed on the way');
  return { key, check };
}

function decoded(text: string): Uint8Array | null {
  try {
    return fromBase64url(text);
  } catch {
    return null;
  }
}
