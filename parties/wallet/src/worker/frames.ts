import { addressOf, appsAnswer, type Deployment, paths } from '@symbolon/protocol';
import { readBytes } from '@symbolon/verify';

/** How long the registry's word on an app serves, ms. */
const answerLife = 60_000;
const maximumBytes = 65_536;
/** ms: a person waits for the dialog meanwhile. */
const timeout = 3_000;
/** Whoever embeds the dialog chooses the ids that are asked for. */
const maximumKept = 100;

/** Which origins may frame the dialog of an app: asked of the cloud by the worker itself, so that the page's host has no say in it. */
export class Frames {
  readonly #fetch: typeof fetch;
  readonly #now: () => number;
  readonly #kept = new Map<string, { origins: readonly string[]; until: number }>();

  constructor(fetcher: typeof fetch, now: () => number) {
    this.#fetch = fetcher;
    this.#now = now;
  }

  /** None where the registry does not answer. */
  async of(app: string, { cloud }: Deployment): Promise<readonly string[]> {
    const kept = this.#kept.get(app);
    if (kept !== undefined && kept.until > this.#now()) return kept.origins;
    try {
      const address = `${addressOf(cloud.url, paths.apps)}?id=${app}`;
      const signal = AbortSignal.timeout(timeout);
      const response = await this.#fetch(address, {
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        signal,
      });
      const { apps } = appsAnswer.decode(await readBytes(response, maximumBytes));
      const origins = apps.find(({ id }) => id === app)?.origins ?? [];
      if (this.#kept.size >= maximumKept) this.#kept.clear();
      this.#kept.set(app, { origins, until: this.#now() + answerLife });
      return origins;
    } catch {
      return [];
    }
  }
}
