import type { DappRequest } from '@symbolon/protocol/dapp';
import { DappRefusal } from '../approve/errors.ts';
import type { Counter } from '../approve/open.ts';
import { forward } from './forward.ts';

/** What waits for an answer, so that the wallet's own window can give it instead. */
export class Waiting {
  readonly #counter: Counter;
  readonly #origin: string;
  readonly #open: { request: DappRequest; signal: AbortSignal; take(answer: Promise<unknown>): void }[] = [];

  constructor(counter: Counter, origin: string) {
    this.#counter = counter;
    this.#origin = origin;
  }

  async answer(request: DappRequest, signal: AbortSignal): Promise<unknown> {
    const here = new AbortController();
    const taken = Promise.withResolvers<unknown>();
    const one = {
      request,
      signal,
      take: (answer: Promise<unknown>) => {
        // The question goes from here to the window: the person never has it before them twice.
        // Taken away and not refused: it is neither written down nor counted against the site.
        here.abort(new DappRefusal('deadline-passed'));
        taken.resolve(answer);
      },
    };
    this.#open.push(one);
    const answered = this.#counter.answer(request, AbortSignal.any([signal, here.signal]));
    // Where the window has taken it, how it ended here is nobody's concern.
    answered.catch(() => undefined);
    try {
      return await Promise.race([
        taken.promise,
        answered.catch((error) => (here.signal.aborted ? taken.promise : Promise.reject(error))),
      ]);
    } finally {
      this.#open.splice(this.#open.indexOf(one), 1);
    }
  }

  /** Gives what is asked just now to the wallet's own window. */
  async forward(opened: Window | null): Promise<void> {
    const [one] = this.#open;
    if (one === undefined || opened === null) return;
    const [granted] = await this.#counter.world.permissions.of(this.#origin);
    const answer = forward(opened, this.#origin, granted?.address ?? null, one.request, one.signal);
    one.take(answer.then((result) => this.#noteConnected(one.request, result)));
    await answer.catch(() => undefined);
  }

  /** A site that was connected in the window is connected here too: silent questions are answered without one. */
  async #noteConnected({ method }: DappRequest, result: unknown): Promise<unknown> {
    const [address] = method === 'eth_requestAccounts' && Array.isArray(result) ? result : [];
    const { app, permissions } = { app: this.#counter.app, permissions: this.#counter.world.permissions };
    if (typeof address === 'string') await permissions.grant({ ...app, address, since: Date.now() });
    return result;
  }
}
