import { type Decision, type Deployment, statementBodyCodec } from '@symbolon/protocol';
import type { VerifiedStatement } from '@symbolon/verify';

/** The bytes of the next statement on a verified list. `now` ms. */
export function nextStatement(
  list: readonly VerifiedStatement[],
  deployment: Deployment,
  decision: Decision,
  now: number,
): Uint8Array {
  const last = list[list.length - 1];
  return statementBodyCodec.encode({
    v: 1,
    deployment: deployment.id,
    number: (last?.body.number ?? 0) + 1,
    previous: last?.hash ?? null,
    made: now,
    decision,
  });
}
