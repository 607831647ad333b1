import * as v from 'valibot';
import { codec } from './codec.ts';
import { digest } from './digest.ts';
import { bytes, bytesBetween, curve, deploymentId, epoch, hash32, millis, origin, version } from './fields.ts';
import { intentBytes } from './limits.ts';

/** Kinds for which shares may be released to a signer. Each store's rules for them stand in its own table. */
export const releaseKind = v.picklist(['create', 'rotate', 'sign']);
export type ReleaseKind = v.InferOutput<typeof releaseKind>;

/**
 * What the person approved. The signer alone reads it; everyone else sees its hash `rh`. `curve` null: every curve of the deed
 * (create, rotate). `salt` keeps a guessable transfer from being recognised by its hash.
 */
export const envelope = v.strictObject({
  v: version,
  deployment: deploymentId,
  kind: releaseKind,
  wallet: hash32,
  epoch,
  deed: hash32,
  signer: hash32,
  origin,
  curve: v.nullable(curve),
  intent: bytesBetween(0, intentBytes),
  expires: millis,
  salt: bytes(32),
});
export type Envelope = v.InferOutput<typeof envelope>;
export const envelopeCodec = codec('envelope', envelope);

/** `rh`: names one request. Over the exact bytes that travel; nobody re-encodes. */
export const requestHash = (envelopeBytes: Uint8Array): Uint8Array => digest('request', envelopeBytes);
