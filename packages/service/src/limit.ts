import { ServiceError } from './errors.ts';

/**
 * A token bucket's numbers. `burst` (default: `perMinute`) is how many may come at once.
 *
 * What a bucket is keyed by decides who can empty it. A key that an outsider can name for somebody else (a wallet id, an
 * e-mail address, a claimed account) lets anyone lock that person out. Therefore a route is limited by the network address
 * alone, and a {@link RateLimiter} over anything else is asked only after the request has *proved* that it comes from the
 * key's owner. Those who share an address share its bucket.
 */
export type Rate = { readonly perMinute: number; readonly burst?: number };

type Bucket = { tokens: number; at: number };

/**
 * Token buckets by key, at most `maxKeys` of them, the longest unused forgotten first. Forgetting fills a bucket up, so a
 * flood of addresses can make the limiter milder towards others, never harsher.
 */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #perMs: number;
  readonly #burst: number;
  readonly #maxKeys: number;
  readonly #now: () => number;

  constructor(rate: Rate, maxKeys = 50_000, now: () => number = () => performance.now()) {
    if (!(rate.perMinute > 0) || !((rate.burst ?? rate.perMinute) >= 1)) {
      throw new RangeError('a rate is above 0 per minute and has a burst of at least 1');
    }
    this.#perMs = rate.perMinute / 60_000;
    this.#burst = rate.burst ?? Math.max(1, rate.perMinute);
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token of `key`. Throws ServiceError 429 `rate-limited`, with the seconds until there is one. */
  take(key: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    this.#forgetOldest();
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (now - bucket.at) * this.#perMs);
    bucket.at = now;
    if (bucket.tokens < 1) throw tooMany(Math.max(1, Math.ceil((1 - bucket.tokens) / this.#perMs / 1000)));
    bucket.tokens -= 1;
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= this.#maxKeys) return;
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}

function tooMany(retryAfter: number): ServiceError {
  return new ServiceError({
    status: 429,
    code: 'rate-limited',
    message: 'Too many requests.',
    hint: `Wait ${retryAfter} s and try again.`,
    retryAfter,
  });
}
