import { fromBase64url } from '@symbolon/crypto';
import * as v from 'valibot';

/** Bytes over any buffer; the library's own type would narrow to ArrayBuffer. */
const byteString = v.instance(Uint8Array) as v.GenericSchema<unknown, Uint8Array> & {
  readonly type: 'instance';
};

/** A byte string of exactly `length` bytes. */
export const bytes = (length: number) =>
  v.pipe(
    byteString,
    v.check((value) => value.length === length, `expected ${length} bytes`),
  );

/** A byte string of `min` to `max` bytes. */
export const bytesBetween = (min: number, max: number) =>
  v.pipe(
    byteString,
    v.check((value) => value.length >= min && value.length <= max, `expected ${min} to ${max} bytes`),
  );

/** Exactly `length` bytes, written as unpadded base64url: where people and URLs carry bytes. */
export const base64url = (length: number) =>
  v.pipe(
    v.string(),
    v.maxLength(Math.ceil((length * 4) / 3)),
    v.rawTransform<string, Uint8Array>(({ dataset, addIssue, NEVER }) => {
      try {
        const decoded = fromBase64url(dataset.value);
        if (decoded.length === length) return decoded;
      } catch {
        // Said below, once for both.
      }
      addIssue({ message: `expected ${length} bytes as base64url` });
      return NEVER;
    }),
  );

/** Text of `min` to `max` UTF-16 units without lone surrogates, which UTF-8 cannot carry. */
export const text = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.minLength(min),
    v.maxLength(max),
    v.check((value) => value.isWellFormed(), 'has a lone surrogate'),
  );

const unsigned = () => v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** An unsigned integer that JavaScript holds exactly. */
export const uint = unsigned();

/** Unix time in milliseconds. */
export const millis = unsigned();

/** Who asks: a web origin (RFC 6454, serialised), or a command line's name. ASCII, so that its length in bytes is bounded. */
export const origin = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]{1,128}$/, 'expected 1 to 128 printable ASCII characters'),
);

/** SHA-256 output. */
export const hash32 = bytes(32);

export const version = v.literal(1);

/** The deployment's name: in everything sealed or signed, so that nothing made for one serves in another. */
export const deploymentId = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{2,62}$/, 'expected a-z, 0-9 and -'));

/** Number of a set of shares; starts at 1 and never falls. */
export const epoch = v.pipe(uint, v.minValue(1));

export const curve = v.picklist(['secp256k1', 'ed25519']);

/** A curve whose keys Symbolon splits. */
export type Curve = v.InferOutput<typeof curve>;

/** In this order wherever several curves' keys stand one behind the other. */
export const curvesInOrder: readonly Curve[] = ['secp256k1', 'ed25519'];

/** Public keys by curve: secp256k1 compressed (33 bytes), ed25519 (32 bytes). At least one. */
export const publicKeys = v.pipe(
  v.strictObject({ secp256k1: v.optional(bytes(33)), ed25519: v.optional(bytes(32)) }),
  v.check((keys) => keys.secp256k1 !== undefined || keys.ed25519 !== undefined, 'expected a key'),
);

export type PublicKeys = v.InferOutput<typeof publicKeys>;

/** Signatures by curve: 64 bytes each (secp256k1 r||s low-S, ed25519 RFC 8032). At least one. */
export const signatures = v.pipe(
  v.strictObject({ secp256k1: v.optional(bytes(64)), ed25519: v.optional(bytes(64)) }),
  v.check((values) => values.secp256k1 !== undefined || values.ed25519 !== undefined, 'expected a signature'),
);

export type Signatures = v.InferOutput<typeof signatures>;

/** A device key's public half: P-256 X || Y, 64 bytes. */
export const devicePoint = bytes(64);

/** The curves of a record of keys, in protocol order. */
export function curvesOf(keys: Partial<Record<Curve, unknown>>): Curve[] {
  return curvesInOrder.filter((name) => keys[name] !== undefined);
}
