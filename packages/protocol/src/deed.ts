import { concat, equal, utf8 } from '@symbolon/crypto';
import * as v from 'valibot';
import { codec } from './codec.ts';
import { digest } from './digest.ts';
import { ProtocolError } from './errors.ts';
import {
  bytes,
  bytesBetween,
  deploymentId,
  devicePoint,
  hash32,
  millis,
  origin,
  publicKeys,
  text,
  uint,
  version,
} from './fields.ts';
import { deedBytes } from './limits.ts';
import { signedSchema } from './signed.ts';
import { thumbprint } from './thumbprint.ts';

/** Shown on other devices and in mails: no control characters, so that a name can't pass for more than a name. */
const deviceName = v.pipe(text(1, 64), v.regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'expected printable characters'));

/** A device key enrolled in a deed. `origin` null: the wallet's own page or a command line; else it may only sign, there. */
export const deedDevice = v.strictObject({
  key: devicePoint,
  name: deviceName,
  added: millis,
  how: v.picklist(['creation', 'approval', 'mail']),
  origin: v.nullable(origin),
});
export type DeedDevice = v.InferOutput<typeof deedDevice>;

/** Versions that a chain may have: every request carries it whole to a signer that has not seen it. */
const maximumVersions = 40;
/** Past this version devices can only be taken out: whoever adds devices until nothing fits can't keep them in. */
const lastEnrolment = 30;
const maximumDevices = 10;

/** One version of a wallet's record, whole. `number` 1 has `previous` null. */
export const deedBody = v.strictObject({
  v: version,
  deployment: deploymentId,
  number: v.pipe(uint, v.minValue(1), v.maxValue(maximumVersions)),
  previous: v.nullable(hash32),
  salt: bytes(32),
  keys: publicKeys,
  made: v.strictObject({ how: v.picklist(['created', 'imported']), at: millis }),
  identity: hash32,
  mailbox: v.nullable(hash32),
  devices: v.pipe(v.array(deedDevice), v.minLength(1), v.maxLength(maximumDevices)),
  revoked: v.pipe(v.array(hash32), v.maxLength(maximumVersions)),
});
export type Deed = v.InferOutput<typeof deedBody>;
export const deedCodec = codec('deed', deedBody);

/** Who vouches for a version after the first: a device of the version before, or kms and cloud both (mailbox recovery). */
export const deedAuthority = v.variant('by', [
  v.strictObject({ by: v.literal('creation') }),
  v.strictObject({ by: v.literal('device'), key: devicePoint, signature: bytes(64) }),
  v.strictObject({ by: v.literal('mail'), kms: signedSchema, cloud: signedSchema }),
]);
export type DeedAuthority = v.InferOutput<typeof deedAuthority>;

export const deedVersion = v.strictObject({
  body: bytesBetween(1, deedBytes),
  authority: deedAuthority,
});
export type DeedVersion = v.InferOutput<typeof deedVersion>;

export const deedChain = v.pipe(v.array(deedVersion), v.minLength(1), v.maxLength(maximumVersions));
export type DeedChain = v.InferOutput<typeof deedChain>;

/** Names a version: the hash of its body. The first version's is the wallet id. */
export const deedHash = (body: Uint8Array): Uint8Array => digest('deed', body);

/** Salted, so that who holds a deed cannot learn whose it is. `salt` 32 bytes, kept beside the deed. */
export function identityHash(salt: Uint8Array, issuer: string, subject: string): Uint8Array {
  const iss = utf8(issuer);
  // The issuer's length in front: no pair (iss, sub) can be cut elsewhere to look like another.
  return digest('identity', concat(salt, new Uint8Array([iss.length >> 8, iss.length & 255]), iss, utf8(subject)));
}

/** Salted hash of the mailbox that the kms confirms through. */
export function mailboxHash(salt: Uint8Array, mailbox: string): Uint8Array {
  return digest('mailbox', concat(salt, utf8(mailbox)));
}

/** What one version changes: exactly one device more, or exactly one fewer. */
export type DeedChange = { kind: 'enrol'; device: DeedDevice } | { kind: 'revoke'; thumbprint: Uint8Array };

/**
 * The one change from `before` to `after`. Throws ProtocolError `deed-invalid` where anything else differs, a revoked key
 * returns, or no device of the wallet's own page would be left.
 */
export function deedChange(before: Deed, beforeHash: Uint8Array, after: Deed): DeedChange {
  if (after.number !== before.number + 1 || after.previous === null || !equal(after.previous, beforeHash)) {
    throw invalid('is not the next version');
  }
  const fixed = (deed: Deed) =>
    deedCodec.encode({ ...deed, number: 1, previous: null, devices: before.devices, revoked: [] });
  if (!equal(fixed(before), fixed(after))) throw invalid('changes what a deed never changes');

  const change = onlyChange(before, after);
  if (after.devices.every((device) => device.origin !== null)) throw invalid('leaves no device that may change it');
  return change;
}

/** The enrolled device with this key, or null. */
export function enrolledDevice(deed: Deed, key: Uint8Array): DeedDevice | null {
  return deed.devices.find((device) => equal(device.key, key)) ?? null;
}

function onlyChange(before: Deed, after: Deed): DeedChange {
  const added = after.devices.length - before.devices.length;
  if (
    added === 1 &&
    sameDevices(before.devices, after.devices.slice(0, -1)) &&
    sameList(before.revoked, after.revoked)
  ) {
    const device = after.devices[after.devices.length - 1] as DeedDevice;
    if (enrolledDevice(before, device.key) !== null) throw invalid('enrols a key twice');
    if (before.revoked.some((print) => equal(print, thumbprint(device.key))))
      throw invalid('brings a revoked key back');
    if (device.how === 'creation') throw invalid('enrols a device as if at creation');
    if (after.number > lastEnrolment) throw invalid('comes too late to add a device');
    return { kind: 'enrol', device };
  }
  const print = after.revoked[after.revoked.length - 1];
  if (added === -1 && print !== undefined && sameList(before.revoked, after.revoked.slice(0, -1))) {
    const left = before.devices.filter((device) => !equal(thumbprint(device.key), print));
    if (left.length === after.devices.length && sameDevices(left, after.devices)) {
      return { kind: 'revoke', thumbprint: print };
    }
  }
  throw invalid('changes more or less than one device');
}

const deviceList = codec('devices', v.array(deedDevice));
const sameDevices = (a: DeedDevice[], b: DeedDevice[]) => equal(deviceList.encode(a), deviceList.encode(b));
const sameList = (a: Uint8Array[], b: Uint8Array[]) =>
  a.length === b.length && a.every((item, index) => equal(item, b[index] ?? new Uint8Array()));

function invalid(what: string): ProtocolError {
  return new ProtocolError(
    'deed-invalid',
    `The deed version ${what}.`,
    'Read the current deed and change it by one device.',
  );
}
