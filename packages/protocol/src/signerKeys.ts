import * as v from 'valibot';
import { codec } from './codec.ts';
import { digest } from './digest.ts';
import { bytes, bytesBetween, deploymentId, hash32, millis, text, uint, version } from './fields.ts';
import type { Statement } from './signed.ts';

/** The keys a signer makes at its start: X-Wing to seal to, Ed25519 to know its outcomes by. */
export const signerKeys = v.strictObject({ v: version, sealing: bytes(1_216), signing: bytes(32) });
export type SignerKeys = v.InferOutput<typeof signerKeys>;
export const signerKeysCodec = codec('signerKeys', signerKeys);

/** Names a running signer: the hash that its evidence binds, since the keys do not fit an attestation document. */
export const signerId = (keys: SignerKeys): Uint8Array => digest('signer-keys', signerKeysCodec.encode(keys));

/** The attestation document's user data: configuration and keys, each by hash (law 10). */
export const evidenceUserData = v.strictObject({ v: version, configuration: hash32, keys: hash32 });
export type EvidenceUserData = v.InferOutput<typeof evidenceUserData>;
export const evidenceUserDataCodec = codec('evidenceUserData', evidenceUserData);

/** What a verifier gets: a document and the keys that it binds. */
export const evidence = v.strictObject({ document: bytesBetween(64, 16_384), keys: signerKeys });
export type Evidence = v.InferOutput<typeof evidence>;
export const evidenceCodec = codec('evidence', evidence);

/** What the signer's trust rests on. Law 10: no key that the process makes for itself, no address. */
export const signerConfiguration = v.strictObject({
  v: version,
  deployment: deploymentId,
  mode: v.picklist(['development', 'production']),
  issuers: v.pipe(
    v.array(v.strictObject({ url: text(8, 512), audience: text(1, 255) })),
    v.minLength(1),
    v.maxLength(16),
  ),
  kms: hash32,
  cloud: hash32,
});
export type SignerConfiguration = v.InferOutput<typeof signerConfiguration>;
const signerConfigurationCodec = codec('signerConfiguration', signerConfiguration);

export const configurationHash = (configuration: SignerConfiguration): Uint8Array =>
  digest('configuration', signerConfigurationCodec.encode(configuration));

/** How releases ended, in the signer's words, under its attested key. */
export const outcome = v.strictObject({
  wallet: hash32,
  number: v.pipe(uint, v.minValue(1)),
  receipt: hash32,
  outcome: v.picklist(['signed', 'refused', 'mismatch']),
});
export type Outcome = v.InferOutput<typeof outcome>;

export const outcomes = v.strictObject({
  v: version,
  deployment: deploymentId,
  signer: hash32,
  at: millis,
  items: v.pipe(v.array(outcome), v.minLength(1), v.maxLength(64)),
});
export type Outcomes = v.InferOutput<typeof outcomes>;
export const outcomesStatement: Statement<Outcomes> = { domain: 'outcomes', body: codec('outcomes', outcomes) };
