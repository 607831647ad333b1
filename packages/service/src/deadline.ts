import { ServiceError } from './errors.ts';

/** One request's time. */
export class Deadline {
  #controller: AbortController | undefined;
  #expired = false;
  #handling = false;

  /** Aborted when the time is up. Made on demand: most handlers never look. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#expired) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Says that the request is in and its handler starts. Throws if the time is up, so that nothing starts unanswered. */
  startHandling(): void {
    if (this.#expired) throw tooSlow();
    this.#handling = true;
  }

  /** Ends the time; what is to be answered now. */
  expire(): ServiceError {
    this.#expired = true;
    this.#controller?.abort();
    return this.#handling ? tookTooLong() : tooSlow();
  }
}

/**
 * Runs `work` and settles as it does, or after `ms` rejects: 408 `request-timeout` while the request is still coming in (the
 * sender is slow), 503 `deadline` afterwards (we are; the work may still have its effect).
 */
export function withDeadline<T>(ms: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  const deadline = new Deadline();
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(deadline.expire()), ms);
    work(deadline)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

const tooSlow = () =>
  new ServiceError({
    status: 408,
    code: 'request-timeout',
    message: 'The request did not arrive in time.',
    hint: 'Send it again over a better connection.',
  });

const tookTooLong = () =>
  new ServiceError({
    status: 503,
    code: 'deadline',
    message: 'The answer was not ready in time; the request may still take effect.',
    hint: 'Ask what became of it, or make a new request.',
    retryAfter: 1,
  });
