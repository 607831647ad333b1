import { copyOf } from './bytes.ts';
import { requireValidAt, type TrustAnchor, verifyChain } from './chain.ts';
import { parseSign1, verifySign1 } from './cose.ts';
import { refuse } from './error.ts';
import { isDebug, type Measurement, measurementOf } from './measurement.ts';
import { parsePayload } from './payload.ts';

const MAX_DOCUMENT_BYTES = 16 * 1024;

/** What a genuine document says. It says who speaks, not whether to trust them: that is `appraise`. */
export interface Attestation {
  readonly moduleId: string;
  /** ms since 1970, by the clock of the enclave's host. */
  readonly timestamp: number;
  readonly digest: 'SHA384';
  /** By index, 0 to 31; 48 bytes each. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  /** PCR0, 1 and 2, which a document must have. */
  readonly measurement: Measurement;
  readonly publicKey: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  /** The host can read this enclave's memory. */
  readonly debug: boolean;
}

/**
 * Verifies that a document (at most 16 KiB) is of the Nitro form and signed, through an unbroken chain valid at `at` (ms, the
 * verifier's clock), under one of `roots` (DER). Throws an AttestationError of any code that is not an AppraisalCode.
 */
export async function verifyDocument(document: Uint8Array, anchor: TrustAnchor): Promise<Attestation> {
  if (document.length > MAX_DOCUMENT_BYTES) refuse('malformed', 'a document over 16 KiB');
  const signed = parseSign1(copyOf(document));
  const { certificate, cabundle, ...said } = parsePayload(signed.payload);
  const measurement = measurementOf(said.pcrs);
  const leaf = await verifyChain([...cabundle, certificate], anchor);
  requireValidAt(leaf, said.timestamp);
  await verifySign1(signed, leaf.publicKey);
  return { ...said, measurement, debug: isDebug(measurement) };
}
