import * as v from 'valibot';
import { proofText, tokenText } from './authorised.ts';
import { codec } from './codec.ts';
import { deedChain } from './deed.ts';
import { bytes, bytesBetween, hash32, signatures, text } from './fields.ts';
import { releasesPerBatch } from './limits.ts';
import { signedSchema } from './signed.ts';

/** One release asked of the kms by a signer: the device's message and proof as they came, and the signer's own challenge. */
export const releaseAsk = v.strictObject({
  message: bytesBetween(1, 2_048),
  token: tokenText,
  proof: proofText,
  challenge: hash32,
});
export type ReleaseAsk = v.InferOutput<typeof releaseAsk>;

/** Many at once: signers hold one connection, and the kms makes them durable in one commit. Answers come in the same order. */
export const releases = v.strictObject({
  asks: v.pipe(v.array(releaseAsk), v.minLength(1), v.maxLength(releasesPerBatch)),
});
export type Releases = v.InferOutput<typeof releases>;
export const releasesCodec = codec('releases', releases);

/** Key A sealed to the signer, with the receipt; or why not. */
export const releaseResult = v.variant('status', [
  v.strictObject({ status: v.literal('released'), receipt: signedSchema, sealed: bytesBetween(1, 4_096) }),
  v.strictObject({ status: v.literal('refused'), code: text(1, 64) }),
]);
export type ReleaseResult = v.InferOutput<typeof releaseResult>;
export const releasesAnswer = codec('releasesAnswer', v.strictObject({ results: v.array(releaseResult) }));

/** Key B sealed to the signer, carried unopened by the device. */
export const sealAnswer = codec('sealAnswer', v.strictObject({ sealed: bytesBetween(1, 4_096) }));

/** What the device seals to the signer. `salt` opens the deed's identity hash. */
export const signerRequest = v.strictObject({
  envelope: bytesBetween(1, 65_536),
  deed: deedChain,
  salt: bytes(32),
  token: tokenText,
  proof: proofText,
  sealedShare: bytesBetween(1, 4_096),
  release: v.strictObject({ message: bytesBetween(1, 2_048), proof: proofText }),
});
export type SignerRequest = v.InferOutput<typeof signerRequest>;
export const signerRequestCodec = codec('signerRequest', signerRequest);

/**
 * The signer's answer, sealed back. `refused` carries one constant code for whatever an attacker could probe, and a telling one
 * only for what the person asked to be signed (law 8) and for what a new request mends (`retry-*`).
 */
export const signerAnswer = v.variant('status', [
  v.strictObject({
    status: v.literal('signed'),
    receipt: signedSchema,
    signature: bytes(64),
    recovery: v.nullable(v.picklist([0, 1])),
    signed: v.nullable(bytesBetween(1, 65_536)),
  }),
  v.strictObject({ status: v.literal('created'), receipt: signedSchema, signatures }),
  v.strictObject({ status: v.literal('turned'), receipt: signedSchema, signatures }),
  v.strictObject({ status: v.literal('refused'), code: text(1, 64), message: text(0, 300), hint: text(0, 300) }),
]);
export type SignerAnswer = v.InferOutput<typeof signerAnswer>;
export const signerAnswerCodec = codec('signerAnswer', signerAnswer);
