import { copyOf } from './bytes.ts';
import { decodeCbor } from './cbor.ts';
import { coseOf } from './cose.ts';
import { AttestationError } from './error.ts';
import { parseQuote } from './intel/quote.ts';

/** The forms of evidence that there is a verifier for. */
export type EvidenceForm = 'nitro' | 'quote' | 'psa';

/**
 * The form that bytes have by their own content, or null where they have none of them. It proves nothing: whoever sends evidence
 * chooses its form, and the verifier for that form says what it is worth. Throws nothing.
 */
export function recognise(evidence: Uint8Array): EvidenceForm | null {
  const bytes = copyOf(evidence);
  const forms: [EvidenceForm, () => boolean][] = [
    ['quote', () => parseQuote(bytes).version > 0],
    ['psa', () => claimsOf(bytes).has(EAT_PROFILE)],
    ['nitro', () => claimsOf(bytes).has('module_id')],
  ];
  return forms.find(([, has]) => unlessRefused(has))?.[0] ?? null;
}

const EAT_PROFILE = 265;
const COSE_TAGS = [0xd1, 0xd2];

function claimsOf(bytes: Uint8Array<ArrayBuffer>): Map<unknown, unknown> {
  const item = decodeCbor(COSE_TAGS.includes(bytes[0] ?? 0) ? bytes.subarray(1) : bytes);
  const claims = decodeCbor(coseOf(item).payload);
  return claims instanceof Map ? claims : new Map();
}

function unlessRefused(has: () => boolean): boolean {
  try {
    return has();
  } catch (error) {
    if (error instanceof AttestationError) return false;
    throw error;
  }
}
