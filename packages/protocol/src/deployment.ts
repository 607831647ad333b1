import { fromBase64url } from '@symbolon/crypto';
import * as v from 'valibot';
import { deploymentId, text, uint } from './fields.ts';
import type { SignerConfiguration } from './signerKeys.ts';

const key = (length: number) =>
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

const url = v.pipe(v.string(), v.maxLength(512), v.url());

/**
 * The roots that every party pins for itself (`deployment.json`; keys as base64url). Each party has its own copy, put there by
 * whoever runs it; none is ever taken from another party.
 */
export const deploymentSchema = v.strictObject({
  v: v.literal(1),
  id: deploymentId,
  mode: v.picklist(['development', 'production']),
  /** Attestation roots, certificates as base64 DER. */
  attestationRoots: v.pipe(v.array(v.pipe(v.string(), v.base64(), v.maxLength(4_096))), v.minLength(1), v.maxLength(8)),
  organisations: v.pipe(v.array(v.strictObject({ name: text(1, 64), key: key(32) })), v.minLength(1), v.maxLength(16)),
  /** How many organisations make a statement. Fewer than all, and no organisation alone. */
  threshold: v.pipe(uint, v.minValue(2), v.maxValue(16)),
  /** Waiting time before what a statement allows counts, seconds. */
  waitSeconds: v.pipe(uint, v.maxValue(90 * 86_400)),
  issuers: v.pipe(
    v.array(v.strictObject({ url, audience: text(1, 255), jwksUrl: v.optional(url) })),
    v.minLength(1),
    v.maxLength(16),
  ),
  kms: v.strictObject({ url, signing: key(32), sealing: key(1_216) }),
  cloud: v.strictObject({ url, signing: key(32), sealing: key(1_216) }),
  signer: v.strictObject({ url }),
});
export type Deployment = v.InferOutput<typeof deploymentSchema>;

/** The configuration whose hash evidence must bind for this deployment. */
export function signerConfigurationOf(deployment: Deployment): SignerConfiguration {
  return {
    v: 1,
    deployment: deployment.id,
    mode: deployment.mode,
    issuers: deployment.issuers.map(({ url: issuer, audience }) => ({ url: issuer, audience })),
    kms: deployment.kms.signing,
    cloud: deployment.cloud.signing,
  };
}
