import { equalBytes } from './bytes.ts';
import { type AppraisalCode, AttestationError } from './error.ts';
import { type Measurement, measurementsEqual } from './measurement.ts';
import type { Attestation } from './verify.ts';

const DEFAULT_MAX_AGE_MS = 5 * 60_000;
const MAX_CLOCK_SKEW_MS = 60_000;

/** What a verifier wants of genuine evidence. */
export interface Policy {
  /** ms, the verifier's own clock. */
  readonly at: number;
  /** The images allowed; none in the list, none allowed. */
  readonly measurements: readonly Measurement[];
  /** How old the document may be, ms; five minutes unless said. */
  readonly maxAgeMs?: number;
  /** The verifier's own challenge, where it gave one. */
  readonly nonce?: Uint8Array;
  /** What the document must bind, where the verifier knows it beforehand. */
  readonly userData?: Uint8Array;
}

/** Throws an AttestationError for the first of the {@link findings}. */
export function appraise(attestation: Attestation, policy: Policy): void {
  const [first] = findings(attestation, policy);
  if (first !== undefined) throw new AttestationError(first, MESSAGES[first]);
}

/** Everything that speaks against this evidence under this policy, in order; empty where it may be trusted. */
export function findings(attestation: Attestation, policy: Policy): AppraisalCode[] {
  const { measurement, timestamp, nonce, userData, debug } = attestation;
  const age = policy.at - timestamp;
  const checks: [AppraisalCode, boolean][] = [
    ['debug', !debug],
    ['measurement', policy.measurements.some((allowed) => measurementsEqual(allowed, measurement))],
    // Put so that a clock that is not a number fails too.
    ['stale', age <= (policy.maxAgeMs ?? DEFAULT_MAX_AGE_MS)],
    ['future', age >= -MAX_CLOCK_SKEW_MS],
    ['nonce', policy.nonce === undefined || (nonce !== null && equalBytes(nonce, policy.nonce))],
    ['user-data', policy.userData === undefined || (userData !== null && equalBytes(userData, policy.userData))],
  ];
  return checks.filter(([, passed]) => !passed).map(([code]) => code);
}

const MESSAGES: Record<AppraisalCode, string> = {
  debug: 'the enclave runs in debug mode: its host can read its memory',
  measurement: 'the image is not one of those allowed',
  stale: 'the document is older than allowed',
  future: 'the document is dated over a minute ahead of this clock',
  nonce: 'the document does not answer this challenge',
  'user-data': 'the document binds other user data',
};
