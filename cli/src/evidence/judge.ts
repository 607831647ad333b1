import { type Attestation, AttestationError, findings, type Measurement, verifyDocument } from '@symbolon/attestation';
import { equal, toHex } from '@symbolon/crypto';
import { evidenceLife, evidenceUserDataCodec, signerId } from '@symbolon/protocol';
import type { Given } from './inputs.ts';

export interface Policy {
  /** DER */
  roots: Uint8Array[];
  /** ms */
  at: number;
  /** Null: no measurement is compared. */
  allowed: Measurement[] | null;
  allowDebug: boolean;
}

/** What was found, as `--json` prints it. What a document that is not genuine says is left out: null. */
export interface Judgement {
  valid: boolean;
  /** Codes of `@symbolon/attestation`; `keys`: the keys beside the document are not those it binds. */
  reasons: string[];
  /** ms */
  timestamp: number | null;
  debug: boolean | null;
  moduleId: string | null;
  /** By index, hex. */
  pcrs: Record<string, string> | null;
  measurementCompared: boolean;
}

/** The production verifier, with root, time and list as given. */
export async function judge(given: Given, policy: Policy): Promise<Judgement> {
  const measurementCompared = policy.allowed !== null;
  try {
    const { roots, at } = policy;
    const attestation = await verifyDocument(given.document, { roots, at });
    const reasons = [...objections(attestation, policy), ...(bindsKeys(attestation, given) ? [] : ['keys'])];
    const { timestamp, debug, moduleId, pcrs } = attestation;
    const shown = Object.fromEntries([...pcrs].map(([index, pcr]) => [index, toHex(pcr)]));
    return { valid: reasons.length === 0, reasons, timestamp, debug, moduleId, pcrs: shown, measurementCompared };
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    const nothing = { timestamp: null, debug: null, moduleId: null, pcrs: null };
    return { valid: false, reasons: [error.code], ...nothing, measurementCompared };
  }
}

function objections(attestation: Attestation, { at, allowed, allowDebug }: Policy): string[] {
  const found = findings(attestation, { at, measurements: allowed ?? [], maxAgeMs: evidenceLife });
  const waived = new Set([...(allowed === null ? ['measurement'] : []), ...(allowDebug ? ['debug'] : [])]);
  return found.filter((code) => !waived.has(code));
}

/** A signer's keys do not fit a document: it binds their hash, and someone on the way could send other keys beside it. */
function bindsKeys({ userData }: Attestation, { keys }: Given): boolean {
  if (keys === null) return true;
  try {
    return equal(evidenceUserDataCodec.decode(userData ?? new Uint8Array()).keys, signerId(keys));
  } catch {
    return false;
  }
}
