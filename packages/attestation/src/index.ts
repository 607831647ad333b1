export { appraise, findings, type Policy } from './appraise.ts';
export { awsNitroRoot } from './awsRoot.ts';
export type { TrustAnchor } from './chain.ts';
export { type AppraisalCode, AttestationError, type AttestationErrorCode } from './error.ts';
export {
  type Measurement,
  type MeasurementText,
  measurementsEqual,
  parseMeasurement,
  printMeasurement,
} from './measurement.ts';
export { type Attestation, verifyDocument } from './verify.ts';
