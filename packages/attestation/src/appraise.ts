import { type Attested, measurementsEqual, type Registers, type TcbStatus } from './attested.ts';
import { equalBytes } from './bytes.ts';
import { type AppraisalCode, AttestationError } from './error.ts';

const DEFAULT_MAX_AGE_MS = 5 * 60_000;
const MAX_CLOCK_SKEW_MS = 60_000;
const DEFAULT_TCB: readonly TcbStatus[] = ['UpToDate'];

/** What a verifier wants of genuine evidence. */
export interface Policy {
  /** ms, the verifier's own clock. */
  readonly at: number;
  /** The images allowed, each by all the registers that its platform has; none in the list, none allowed. */
  readonly measurements: readonly Registers[];
  /** How old the evidence may be, ms; five minutes unless said. */
  readonly maxAgeMs?: number;
  /** The verifier's own challenge, where it gave one. */
  readonly nonce?: Uint8Array;
  /** What the evidence must bind, where the verifier knows it beforehand. */
  readonly userData?: Uint8Array;
  /** What the maker may say of the platform, where it says anything; `UpToDate` alone unless said. */
  readonly tcb?: readonly TcbStatus[];
}

/** Throws an AttestationError for the first of the {@link findings}. */
export function appraise(attested: Attested, policy: Policy): void {
  const [first] = findings(attested, policy);
  if (first !== undefined) throw new AttestationError(first, MESSAGES[first]);
}

/** Everything that speaks against this evidence under this policy, in order; empty where it may be trusted. */
export function findings(attested: Attested, policy: Policy): AppraisalCode[] {
  const { measurement, timestamp, nonce, userData, debug, tcb } = attested;
  const age = timestamp === null ? null : policy.at - timestamp;
  // Evidence without a time of its own may be years old, unless it holds something of this verifier's choosing.
  const chosen = policy.nonce !== undefined || policy.userData !== undefined;
  const checks: [AppraisalCode, boolean][] = [
    ['debug', !debug],
    ['measurement', policy.measurements.some((allowed) => measurementsEqual(allowed, measurement))],
    // Put so that a clock that is not a number fails too.
    ['stale', age === null ? chosen : age <= (policy.maxAgeMs ?? DEFAULT_MAX_AGE_MS)],
    ['future', age === null || age >= -MAX_CLOCK_SKEW_MS],
    ['nonce', policy.nonce === undefined || (nonce !== null && equalBytes(nonce, policy.nonce))],
    ['user-data', policy.userData === undefined || (userData !== null && equalBytes(userData, policy.userData))],
    ['tcb', tcb === undefined || (policy.tcb ?? DEFAULT_TCB).includes(tcb.status)],
  ];
  return checks.filter(([, passed]) => !passed).map(([code]) => code);
}

const MESSAGES: Record<AppraisalCode, string> = {
  debug: 'the environment runs in debug mode: its host can read its memory',
  measurement: 'the image is not one of those allowed',
  stale: 'the evidence is older than allowed, or has no time and answers no challenge',
  future: 'the evidence is dated over a minute ahead of this clock',
  nonce: 'the evidence does not answer this challenge',
  'user-data': 'the evidence binds other user data',
  tcb: "the platform's maker says of it what is not acceptable here",
};
