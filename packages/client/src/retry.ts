import { hasCode } from './errors.ts';

const pauses = [200, 1_000];

/**
 * Tries at most three times while what failed may succeed when made anew: a party did not answer, a signer was restarted, a
 * store was busy. `work` is told which try it is, from 0, and makes its request anew each time.
 */
export async function withRetries<T>(work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      const pause = pauses[attempt];
      if (pause === undefined || !mayPass(error)) throw error;
      // Spread out: devices that lost one signer do not come back in one moment.
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  }
}

function mayPass(error: unknown): boolean {
  if (hasCode(error, 'party-unreachable', 'signer-changed')) return true;
  if (!hasCode(error, 'party-refused')) return false;
  return error.status === 502 || error.status === 503 || error.status === 504 || error.reason === 'signer-unknown';
}
