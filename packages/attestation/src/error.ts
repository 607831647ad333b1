/**
 * Why evidence is refused. Each code is advice to whoever presented it:
 *
 * - `malformed`    not a Nitro-form document: CBOR, COSE or DER that is not exactly what the form allows
 * - `algorithm`    a signature algorithm or curve the form does not use
 * - `root`         the chain does not begin with a root this verifier has pinned
 * - `chain`        a certificate was not issued by the one before it, or may not be used as it is
 * - `expired`      a certificate is not valid at the verifier's time, or the document is dated outside its leaf
 * - `signature`    the document's own signature is zero or does not verify
 * - `pcr-missing`  PCR0, PCR1 or PCR2 is absent, so there is no measurement
 * - `debug`        the enclave runs in debug mode: its host reads its memory
 * - `measurement`  the image is not one of those allowed
 * - `stale`        the document is older than allowed: ask for a new one
 * - `future`       the document is dated ahead of the verifier: one of the two clocks is wrong
 * - `nonce`        it does not answer this verifier's challenge
 * - `user-data`    it binds other user data than expected
 */
export type AttestationErrorCode =
  | 'malformed'
  | 'algorithm'
  | 'root'
  | 'chain'
  | 'expired'
  | 'signature'
  | 'pcr-missing'
  | AppraisalCode;

/** Those of the codes that a genuine document can earn: what it says is not what the policy wants. */
export type AppraisalCode = 'debug' | 'measurement' | 'stale' | 'future' | 'nonce' | 'user-data';

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
