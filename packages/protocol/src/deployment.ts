import { toBase64url } from '@symbolon/crypto';
import * as v from 'valibot';
import { base64url, deploymentId, text, uint } from './fields.ts';
import type { SignerConfiguration } from './signerKeys.ts';

const url = v.pipe(v.string(), v.maxLength(512), v.url());

const deploymentFields = v.strictObject({
  v: v.literal(1),
  id: deploymentId,
  mode: v.picklist(['development', 'production']),
  /** Attestation roots, certificates as base64 DER. */
  attestationRoots: v.pipe(v.array(v.pipe(v.string(), v.base64(), v.maxLength(4_096))), v.minLength(1), v.maxLength(8)),
  organisations: v.pipe(
    v.array(v.strictObject({ name: text(1, 64), key: base64url(32) })),
    v.minLength(1),
    v.maxLength(16),
  ),
  /** How many organisations make a statement: no organisation alone. */
  threshold: v.pipe(uint, v.minValue(2), v.maxValue(16)),
  /** Waiting time before what a statement allows counts, seconds. */
  waitSeconds: v.pipe(uint, v.maxValue(90 * 86_400)),
  issuers: v.pipe(
    v.array(v.strictObject({ url, audience: text(1, 255), jwksUrl: v.optional(url) })),
    v.minLength(1),
    v.maxLength(16),
  ),
  kms: v.strictObject({ url, signing: base64url(32), sealing: base64url(1_216) }),
  cloud: v.strictObject({ url, signing: base64url(32), sealing: base64url(1_216) }),
  signer: v.strictObject({ url }),
});
/** Every address that parties are reached at. */
const addresses = ({ issuers, kms, cloud, signer }: v.InferOutput<typeof deploymentFields>) => [
  ...issuers.flatMap(({ url: issuer, jwksUrl }) => (jwksUrl === undefined ? [issuer] : [issuer, jwksUrl])),
  kms.url,
  cloud.url,
  signer.url,
];

/**
 * The roots that every party pins for itself (`deployment.json`; keys as base64url). Each party has its own copy, put there by
 * whoever runs it; none is ever taken from another party.
 */
export const deploymentSchema = v.pipe(
  deploymentFields,
  v.check(
    ({ organisations }) => new Set(organisations.map((one) => toBase64url(one.key))).size === organisations.length,
    'two organisations have the same key',
  ),
  v.check(
    ({ organisations, threshold }) => threshold <= organisations.length,
    'threshold: there are fewer organisations than that',
  ),
  v.check(
    (deployment) =>
      deployment.mode === 'development' || addresses(deployment).every((one) => one.startsWith('https://')),
    'in production every address is https',
  ),
);
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
