import type { Attested, Verifier } from '../attested.ts';
import { copyOf } from '../bytes.ts';
import { requireValidAt, type TrustAnchor, verifyChain } from '../chain.ts';
import { refuse } from '../error.ts';
import { isDebug, type Measurement, measurementOf } from './measurement.ts';
import { parsePayload } from './payload.ts';
import { parseSign1, verifySign1 } from './sign1.ts';

const MAX_DOCUMENT_BYTES = 16 * 1024;

/** What a genuine document says beyond what all evidence does. */
export interface Attestation extends Attested {
  readonly kind: 'nitro';
  readonly moduleId: string;
  /** ms since 1970, by the clock of the enclave's host. */
  readonly timestamp: number;
  readonly digest: 'SHA384';
  /** By index, 0 to 31; 48 bytes each. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  /** PCR0, 1 and 2, which a document must have. */
  readonly measurement: Measurement;
  readonly publicKey: Uint8Array | null;
}

/**
 * Verifies that a document (at most 16 KiB) is of the Nitro form and signed, through an unbroken chain valid at `at` (ms, the
 * verifier's clock), under one of `roots` (DER). Throws an AttestationError of any code that is not an AppraisalCode.
 */
export const verifyDocument: Verifier<TrustAnchor, Attestation> = async (document, anchor) => {
  if (document.length > MAX_DOCUMENT_BYTES) refuse('malformed', 'a document over 16 KiB');
  const signed = parseSign1(copyOf(document));
  const { certificate, cabundle, ...said } = parsePayload(signed.payload);
  const measurement = measurementOf(said.pcrs);
  const { leaf } = await verifyChain([...cabundle, certificate], anchor);
  requireValidAt(leaf, said.timestamp);
  await verifySign1(signed, leaf.publicKey);
  return { kind: 'nitro', ...said, measurement, debug: isDebug(measurement) };
};
