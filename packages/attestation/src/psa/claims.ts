import { type Bytes, copyOf } from '../bytes.ts';
import { decodeDefiniteCbor } from '../cbor.ts';
import { refuse } from '../error.ts';

/** What the device says of itself (RFC 9783 4); nothing of it is verified yet. */
export interface Claims {
  /** 32, 48 or 64 bytes. */
  readonly nonce: Bytes;
  /** Who asked for the token: negative from the non-secure side, positive from the secure one. */
  readonly clientId: number;
  /** 33 bytes, of which the first is 1: names the device's attestation key. */
  readonly instanceId: Bytes;
  /** 32 bytes: the immutable root of trust. */
  readonly implementationId: Bytes;
  /** State in the upper byte, what the implementation makes of it in the lower one. */
  readonly lifecycle: number;
  readonly components: readonly Component[];
  /** 8 to 32 bytes that tell one boot from another. */
  readonly bootSeed: Bytes | null;
  /** EAN-13 and five digits: the product's entry at PSA Certified. */
  readonly certification: string | null;
}

/** One piece of software that was loaded (RFC 9783 4.4.1). */
interface Component {
  readonly type: string | null;
  readonly version: string | null;
  /** Hashes of 32, 48 or 64 bytes: of the software, and of who signed it. */
  readonly measurement: Bytes;
  readonly signerId: Bytes;
}

/** The profile that fixes algorithms and claims (RFC 9783 5.2). */
const TFM = 'tag:psacertified.org,2023:psa#tfm';
const HASHES = [32, 48, 64];
const MAX_COMPONENTS = 32;
const INT32 = 2 ** 31;

const CLAIM = {
  nonce: 10,
  instanceId: 256,
  profile: 265,
  bootSeed: 268,
  clientId: 2394,
  lifecycle: 2395,
  implementationId: 2396,
  certification: 2398,
  components: 2399,
  verificationService: 2400,
} as const;

const ATTRIBUTE = { type: 1, measurement: 2, version: 4, signerId: 5, description: 6 } as const;

/**
 * Reads the claims of the TF-M profile, mandatory ones missing or any of another form refused as `malformed`. Claims that it does
 * not know are left alone, as RFC 9783 5.1 wants; the earlier profile, PSA_IOT_PROFILE_1, is not taken.
 */
export function parseClaims(payload: Bytes): Claims {
  const claims = decodeDefiniteCbor(payload);
  if (!(claims instanceof Map)) return malformed('claims');
  if (claims.get(CLAIM.profile) !== TFM) malformed('profile');
  const instanceId = bytes(claims.get(CLAIM.instanceId), [33], 'instance id');
  if (instanceId[0] !== 0x01) malformed('instance id');
  optional(claims.get(CLAIM.verificationService), (value) => text(value, 'verification service'));
  return {
    nonce: bytes(claims.get(CLAIM.nonce), HASHES, 'nonce'),
    clientId: clientId(claims.get(CLAIM.clientId)),
    instanceId,
    implementationId: bytes(claims.get(CLAIM.implementationId), [32], 'implementation id'),
    lifecycle: lifecycle(claims.get(CLAIM.lifecycle)),
    components: components(claims.get(CLAIM.components)),
    bootSeed: optional(claims.get(CLAIM.bootSeed), bootSeed),
    certification: optional(claims.get(CLAIM.certification), certification),
  };
}

function clientId(value: unknown): number {
  const sound = typeof value === 'number' && value !== 0 && value >= -INT32 && value < INT32;
  return sound ? value : malformed('client id');
}

function lifecycle(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= 0xffff ? value : malformed('lifecycle');
}

function bootSeed(value: unknown): Bytes {
  const sound = value instanceof Uint8Array && value.length >= 8 && value.length <= 32;
  return sound ? copyOf(value) : malformed('boot seed');
}

function certification(value: unknown): string {
  return typeof value === 'string' && /^\d{13}-\d{5}$/.test(value) ? value : malformed('certification reference');
}

function components(value: unknown): readonly Component[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_COMPONENTS) return malformed('components');
  return value.map(component);
}

function component(value: unknown): Component {
  if (!(value instanceof Map)) return malformed('component');
  const known: readonly unknown[] = Object.values(ATTRIBUTE);
  for (const key of value.keys()) if (!known.includes(key)) malformed('an attribute of a component');
  optional(value.get(ATTRIBUTE.description), (each) => text(each, 'description'));
  return {
    type: optional(value.get(ATTRIBUTE.type), (each) => text(each, 'type')),
    version: optional(value.get(ATTRIBUTE.version), (each) => text(each, 'version')),
    measurement: bytes(value.get(ATTRIBUTE.measurement), HASHES, 'measurement'),
    signerId: bytes(value.get(ATTRIBUTE.signerId), HASHES, 'signer id'),
  };
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === undefined ? null : read(value);
}

/** Printable ASCII, since it ends up in logs and on screens. */
function text(value: unknown, what: string): string {
  return typeof value === 'string' && /^[\x20-\x7e]{1,256}$/.test(value) ? value : malformed(what);
}

function bytes(value: unknown, lengths: readonly number[], what: string): Bytes {
  return value instanceof Uint8Array && lengths.includes(value.length) ? copyOf(value) : malformed(what);
}

function malformed(what: string): never {
  return refuse('malformed', `not a PSA token of the TF-M profile: ${what}`);
}
