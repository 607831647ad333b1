import type { Logger, Metrics } from '@symbolon/service';
import { Refusal } from '@symbolon/verify';

/** Log fields and metric that tell the operator what the asker is not told. */
export const reasonFields = ['reason', 'route'] as const;

/** Notes why requests were refused: reasons for the operator alone, never with anything of the request itself. */
export class Reasons {
  readonly #log: Logger;
  readonly #refused;

  constructor(log: Logger, metrics: Metrics) {
    this.#log = log;
    this.#refused = metrics.counter('refused_total', 'Requests refused, by reason.', ['reason']);
  }

  note(error: unknown, route: string): void {
    if (!(error instanceof Refusal)) return;
    this.#refused.add(1, error.reason);
    this.#log.info('refused', { route, reason: error.reason });
  }

  /** A handler whose refusals are noted. */
  watch<M, A>(route: string, handler: (message: M) => Promise<A>) {
    return async (message: M): Promise<A> => {
      try {
        return await handler(message);
      } catch (error) {
        this.note(error, route);
        throw error;
      }
    };
  }
}
