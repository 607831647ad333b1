import * as v from 'valibot';
import { codec } from './codec.ts';
import { digest } from './digest.ts';
import { releaseKind } from './envelope.ts';
import { deploymentId, epoch, hash32, millis, uint, version } from './fields.ts';
import type { Statement } from './signed.ts';

/**
 * The kms's signed word that a release is on its log (law 5): the wallet's next `number`, `previous` the hash of the wallet's
 * receipt before, `device` the RFC 7638 hash of the key that asked, `challenge` echoed from the signer, `log` its place.
 */
export const receipt = v.strictObject({
  v: version,
  deployment: deploymentId,
  wallet: hash32,
  number: v.pipe(uint, v.minValue(1)),
  previous: v.nullable(hash32),
  kind: releaseKind,
  epoch,
  deed: hash32,
  device: hash32,
  signer: hash32,
  rh: hash32,
  challenge: hash32,
  expires: millis,
  at: millis,
  issuerKeys: v.pipe(v.array(hash32), v.minLength(1), v.maxLength(16)),
  log: v.strictObject({ index: v.pipe(uint, v.minValue(1)), previous: hash32 }),
});
export type Receipt = v.InferOutput<typeof receipt>;

export const receiptStatement: Statement<Receipt> = { domain: 'receipt', body: codec('receipt', receipt) };

/** Names a receipt: what the wallet's next one carries as `previous`. */
export const receiptHash = (body: Uint8Array): Uint8Array => digest('receipt', body);
