/**
 * Why evidence is refused. Each code is advice to whoever presented it:
 *
 * - `malformed`    not evidence of this form: CBOR, COSE, DER or a quote that is not exactly what the form allows
 * - `algorithm`    a signature algorithm or curve the form does not use
 * - `root`         the chain does not begin with a root this verifier has pinned
 * - `chain`        a certificate was not issued by the one before it, or may not be used as it is
 * - `expired`      something signed is not valid at the verifier's time, or the document is dated outside its leaf
 * - `revoked`      the issuer has taken back a certificate, or the maker its trust in the platform
 * - `signature`    the evidence's own signature is zero or does not verify
 * - `collateral`   what the maker signed beside it (TCB info, identities) does not verify, or is of another platform
 * - `platform`     the maker knows no such platform: its quoting enclave, its module or its TCB level
 * - `lifecycle`    the device is in a state in which its own word is worth nothing
 * - `pcr-missing`  PCR0, PCR1 or PCR2 is absent, so there is no measurement
 * - `debug`        it runs in debug mode: its host reads its memory
 * - `measurement`  the image is not one of those allowed
 * - `stale`        the evidence is older than allowed, or undated and unasked for: ask for a new one
 * - `future`       the document is dated ahead of the verifier: one of the two clocks is wrong
 * - `nonce`        it does not answer this verifier's challenge
 * - `user-data`    it binds other user data than expected
 * - `tcb`          the platform lacks what its maker says it should have
 */
export type AttestationErrorCode =
  | 'malformed'
  | 'algorithm'
  | 'root'
  | 'chain'
  | 'expired'
  | 'revoked'
  | 'signature'
  | 'collateral'
  | 'platform'
  | 'lifecycle'
  | 'pcr-missing'
  | AppraisalCode;

/** Those of the codes that genuine evidence can earn: what it says is not what the policy wants. */
export type AppraisalCode = 'debug' | 'measurement' | 'stale' | 'future' | 'nonce' | 'user-data' | 'tcb';

export class AttestationError extends Error {
  override readonly name = 'AttestationError';
  readonly code: AttestationErrorCode;

  constructor(code: AttestationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws an {@link AttestationError}; typed `never` so that a refusal ends the branch it stands in. */
export function refuse(code: AttestationErrorCode, message: string): never {
  throw new AttestationError(code, message);
}
