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

/** Each statement of a verified list at `now` (ms), by the rules of law 12: what is taken back or held up counts at once. */
export function standings(list: readonly VerifiedStatement[], waitSeconds: number, now: number): Standing[] {
  return list.map(({ body: { decision }, loggedAt }, index) => {
    const end = list.slice(index + 1).find((later) => withdraws(later.body.decision, decision));
    if (end !== undefined) return { state: 'withdrawn', since: end.loggedAt, by: end.body.number };
    const since = waits(decision) ? loggedAt + waitSeconds * 1_000 : loggedAt;
    return { state: since <= now ? 'in-force' : 'waiting', since, by: null };
  });
}

const patient: readonly Decision['what'][] = ['allow-signer', 'allow-page', 'rotate-all', 'move-vault'];
const waits = ({ what }: Decision): boolean => patient.includes(what);

function withdraws(later: Decision, earlier: Decision): boolean {
  if (later.what === 'withdraw-page') return earlier.what === 'allow-page' && equal(later.release, earlier.release);
  if (later.what !== 'withdraw-signer' || earlier.what !== 'allow-signer') return false;
  const [a, b] = [later.pair, earlier.pair];
  return (['pcr0', 'pcr1', 'pcr2', 'configuration'] as const).every((part) => equal(a[part], b[part]));
}
