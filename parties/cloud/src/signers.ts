import type { Evidence } from '@symbolon/protocol';
import { Refusal } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';

/** A signer's evidence, brought by a device or the signer itself: it speaks for itself. A statement of just now is looked up once. */
export async function present({ shares, statements }: Cloud, evidence: Evidence): Promise<Record<string, never>> {
  try {
    await shares.evidence.present(evidence);
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason !== 'evidence-not-allowed') throw error;
    await statements.refresh();
    await shares.evidence.present(evidence);
  }
  return {};
}
