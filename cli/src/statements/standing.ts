import { equal } from '@symbolon/crypto';
import type { Decision } from '@symbolon/protocol';
import type { VerifiedStatement } from '@symbolon/verify';

/** Where a statement of the list stands. */
export interface Standing {
  state: 'in-force' | 'waiting' | 'withdrawn';
  /** When that began, ms; of one that waits, when it comes into force. */
  since: number;
  /** The statement that withdrew it, by number. */
  by: number | null;
}

/** Each statement of a verified list at `now` (ms): what is allowed counts after the waiting time, what is withdrawn at once. */
export function standings(list: readonly VerifiedStatement[], waitSeconds: number, now: number): Standing[] {
  return list.map(({ body, loggedAt }, index) => {
    if (!allows(body.decision)) return { state: 'in-force', since: loggedAt, by: null };
    const end = list.slice(index + 1).find((later) => withdraws(later.body.decision, body.decision));
    if (end !== undefined) return { state: 'withdrawn', since: end.loggedAt, by: end.body.number };
    const since = loggedAt + waitSeconds * 1_000;
    return { state: since <= now ? 'in-force' : 'waiting', since, by: null };
  });
}

export const allows = ({ what }: Decision): boolean => what === 'allow-signer' || what === 'allow-page';

function withdraws(later: Decision, allowed: Decision): boolean {
  if (allows(later)) return false;
  if ('release' in later) return 'release' in allowed && equal(later.release, allowed.release);
  if ('release' in allowed) return false;
  const [a, b] = [later.pair, allowed.pair];
  return (['pcr0', 'pcr1', 'pcr2', 'configuration'] as const).every((part) => equal(a[part], b[part]));
}
