/** How long things took, by name, ms. */
export class Stopwatch {
  readonly #taken = new Map<string, number>();

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.#taken.set(name, round(performance.now() - began));
    }
  }

  /** For the client: the last time of each hop, by party and path. */
  readonly observe = (hop: string, ms: number): void => {
    this.#taken.set(hop, round(ms));
  };

  last(name: string): number {
    return this.#taken.get(name) ?? 0;
  }

  all(): Record<string, number> {
    return Object.fromEntries(this.#taken);
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
