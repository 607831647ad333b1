import * as v from 'valibot';
import type { Codec } from './codec.ts';
import { codec } from './codec.ts';
import { type Domain, tagged } from './digest.ts';
import { bytes, bytesBetween } from './fields.ts';

/** A statement of a store or a signer: exact body bytes and an Ed25519 signature over them under its domain. */
export const signedSchema = v.strictObject({ body: bytesBetween(1, 16_384), signature: bytes(64) });
export type Signed = v.InferOutput<typeof signedSchema>;
export const signedCodec = codec('signed', signedSchema);

/** Whoever signs: an Ed25519 key that stays where it is. */
export interface Signs {
  sign(message: Uint8Array): Uint8Array;
}

/** Verifies Ed25519; false, never an exception, for anything that is no valid signature. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** A kind of statement: what it says and under which domain it is signed. */
export interface Statement<T> {
  readonly domain: Domain;
  readonly body: Codec<T>;
}

export function signStatement<T>(kind: Statement<T>, value: T, key: Signs): Signed {
  const body = kind.body.encode(value);
  return { body, signature: key.sign(tagged(kind.domain, body)) };
}

/**
 * The statement's content, if `publicKey` signed exactly these bytes as this kind of statement; otherwise null. A body that does
 * not follow the schema throws ProtocolError `malformed`.
 */
export function openStatement<T>(
  kind: Statement<T>,
  signed: Signed,
  publicKey: Uint8Array,
  verify: VerifyEd25519,
): T | null {
  if (!verify(publicKey, tagged(kind.domain, signed.body), signed.signature)) return null;
  return kind.body.decode(signed.body);
}
