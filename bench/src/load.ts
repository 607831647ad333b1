import { setTimeout as sleep } from 'node:timers/promises';

/** What a load came to. Latencies ascending, ms. */
export interface Load {
  seconds: number;
  latencies: Float64Array;
  /** Codes of what failed, and how often. */
  failures: Record<string, number>;
}

/** Asks for one signature, as the user of this number. */
export type Ask = (user: number) => Promise<unknown>;

/** Closed loop: every user asks again as soon as it is answered. What it takes at most. */
export async function closedLoop(users: number, seconds: number, ask: Ask): Promise<Load> {
  const tally = new Tally();
  const began = performance.now();
  const end = began + seconds * 1_000;
  const loop = async (user: number) => {
    for (let start = performance.now(); start < end; start = performance.now()) await tally.watch(start, ask(user));
  };
  await Promise.all(Array.from({ length: users }, (_, user) => loop(user)));
  return tally.load((performance.now() - began) / 1_000);
}

/**
 * Open loop: `rate` asks a second, whether or not those before were answered, each timed from when it was due. Timed from when it
 * was sent, a system that stalls would seem fast, because the asks that it held up would not count (coordinated omission).
 */
export async function openLoop(users: number, rate: number, seconds: number, ask: Ask): Promise<Load> {
  const tally = new Tally();
  const began = performance.now();
  const asked: Promise<void>[] = [];
  const total = Math.round(rate * seconds);
  while (asked.length < total) {
    const due = began + (asked.length * 1_000) / rate;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    else asked.push(tally.watch(due, ask(asked.length % users)));
  }
  await Promise.all(asked);
  return tally.load((performance.now() - began) / 1_000);
}

/** The value below which `share` (0 to 1) of ascending values lie, by nearest rank; NaN of none. */
export function percentile(ascending: Float64Array, share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? Number.NaN;
}

class Tally {
  readonly #latencies: number[] = [];
  readonly #failures: Record<string, number> = {};

  async watch(since: number, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
      this.#latencies.push(performance.now() - since);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      this.#failures[code] = (this.#failures[code] ?? 0) + 1;
    }
  }

  load(seconds: number): Load {
    return { seconds, latencies: Float64Array.from(this.#latencies).sort(), failures: this.#failures };
  }
}
