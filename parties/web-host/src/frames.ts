import { addressOf, appsAnswer, paths } from '@symbolon/protocol';
import { type Logger, RateLimiter } from '@symbolon/service';

/** How long the registry's answer serves, ms. */
const answerLife = 60_000;
/** How long none serves: short, so that a cloud that is back is asked again; long enough that strangers can't make us ask. */
const failureLife = 5_000;
const timeout = 3_000;
const maximumBytes = 65_536;
/** Strangers choose the ids that are asked for: so many that nobody has are remembered, and looked up a minute. */
const strangersKept = 1_000;
const strangersAsked = { perMinute: 1_200 };

interface Kept {
  origins: readonly string[];
  until: number;
}

/** Which origins an app's pages have, by the cloud's registry; nobody where that can't be known. */
export class Frames {
  readonly #cloudUrl: string;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #apps = new Map<string, Kept>();
  readonly #nobodys = new Map<string, Kept>();
  readonly #asking = new Map<string, Promise<readonly string[]>>();
  readonly #strangers: RateLimiter;

  constructor(cloudUrl: string, log: Logger, now: () => number) {
    this.#cloudUrl = cloudUrl;
    this.#log = log;
    this.#now = now;
    this.#strangers = new RateLimiter(strangersAsked, 1, now);
  }

  /** Origins that may frame the dialog of this app. Never throws: what is not known is nobody. */
  async of(app: string): Promise<readonly string[]> {
    const kept = this.#apps.get(app) ?? this.#nobodys.get(app);
    if (kept !== undefined && kept.until > this.#now()) return kept.origins;
    const asking = this.#asking.get(app);
    if (asking !== undefined) return asking;
    // A flood of made-up ids must not keep the registered ones from being looked up.
    if (!this.#apps.has(app) && !this.#mayAsk()) return [];
    const asked = this.#ask(app).finally(() => this.#asking.delete(app));
    this.#asking.set(app, asked);
    return asked;
  }

  async #ask(app: string): Promise<readonly string[]> {
    try {
      const origins = await this.#lookUp(app);
      if (origins === null) this.#apps.delete(app);
      else this.#apps.set(app, { origins, until: this.#now() + answerLife });
      if (origins === null) this.#keepNobody(app, answerLife);
      return origins ?? [];
    } catch (error) {
      this.#log.error('registry-not-read', {}, error);
      if (this.#apps.has(app)) this.#apps.set(app, { origins: [], until: this.#now() + failureLife });
      else this.#keepNobody(app, failureLife);
      return [];
    }
  }

  /** null: no such app. */
  async #lookUp(app: string): Promise<readonly string[] | null> {
    const url = `${addressOf(this.#cloudUrl, paths.apps)}?id=${app}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout), redirect: 'error' });
    if (!response.ok) throw new Error(`the registry answered ${response.status}`);
    const { apps } = appsAnswer.decode(await bounded(response));
    return apps.find(({ id }) => id === app)?.origins ?? null;
  }

  #keepNobody(app: string, life: number): void {
    this.#nobodys.delete(app);
    this.#nobodys.set(app, { origins: [], until: this.#now() + life });
    const oldest = this.#nobodys.keys().next();
    if (this.#nobodys.size > strangersKept && !oldest.done) this.#nobodys.delete(oldest.value);
  }

  #mayAsk(): boolean {
    try {
      this.#strangers.take('strangers');
      return true;
    } catch {
      return false;
    }
  }
}

async function bounded(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > maximumBytes) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
