export { appraise, findings, type Policy } from './appraise.ts';
export {
  type Attested,
  isRegister,
  measurementsEqual,
  type Registers,
  type Tcb,
  type TcbStatus,
  type Verifier,
} from './attested.ts';
export type { TrustAnchor } from './chain.ts';
export { type AppraisalCode, AttestationError, type AttestationErrorCode } from './error.ts';
export { type Fidelity, fidelityOf } from './fidelity.ts';
export { intelSgxRoot } from './intel/root.ts';
export { type Quote, type QuoteAnchor, verifyQuote } from './intel/verify.ts';
export { awsNitroRoot } from './nitro/awsRoot.ts';
export { type Measurement, type MeasurementText, parseMeasurement, printMeasurement } from './nitro/measurement.ts';
export { type Attestation, verifyDocument } from './nitro/verify.ts';
export { type PsaKey, parsePsaKey } from './psa/key.ts';
export { type PsaAnchor, type PsaToken, verifyPsaToken } from './psa/verify.ts';
export { type EvidenceForm, recognise } from './recognise.ts';
