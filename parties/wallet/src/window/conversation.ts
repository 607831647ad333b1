import { type DappAnswer, type DappEvent, type DappRequest, dappRequestSchema } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import { DappRefusal, type RefusalReason, toDappError } from '../approve/errors.ts';
import type { Line } from './line.ts';
import { plainCopy } from './plain.ts';

/** Answers one request, or throws; a {@link DappRefusal} is told as it is. `signal` ends with the deadline or the page. */
export type Answerer = (request: DappRequest, signal: AbortSignal) => Promise<unknown>;

/** Ids that one page remembers; who asks more has the conversation ended. */
const maximumRequests = 10_000;
/** `setTimeout` takes no more than this, ms. */
const longestWait = 2 ** 31 - 1;

/**
 * Requests in, exactly one answer out for each. A message that is no request and has no readable id gets none: there is nobody
 * to tell. The same id never asks twice, so that a replay cannot show a person the same question again.
 */
export class Conversation {
  readonly #line: Line;
  readonly #answer: Answerer;
  readonly #now: () => number;
  readonly #seen = new Set<string>();
  readonly #open = new Map<string, AbortController>();

  constructor(line: Line, answer: Answerer, now: () => number) {
    this.#line = line;
    this.#answer = answer;
    this.#now = now;
    line.listen((message) => void this.#heard(message));
  }

  tell(event: DappEvent): void {
    this.#line.send(event);
  }

  /** Nobody will be asked any more: what is open is answered as rejected. */
  end(): void {
    for (const [id, controller] of this.#open) {
      this.#reply(id, { id, error: toDappError(new DappRefusal('user-rejected')) });
      controller.abort(new DappRefusal('user-rejected'));
    }
  }

  async #heard(message: unknown): Promise<void> {
    const copied = plainCopy(message);
    if (typeof copied === 'string') {
      const id = readId(message);
      if (id !== null) this.#refuse(id, copied === 'too-large' ? 'request-too-large' : 'request-malformed');
      return;
    }
    const parsed = v.safeParse(dappRequestSchema, withParams(copied.value));
    if (!parsed.success) {
      const id = readId(copied.value);
      if (id !== null) this.#refuse(id, hasUnknownMethod(copied.value) ? 'method-unsupported' : 'request-malformed');
      return;
    }
    await this.#ask(parsed.output);
  }

  async #ask(request: DappRequest): Promise<void> {
    const { id, deadline } = request;
    if (!this.#first(id)) return;
    const left = deadline - this.#now();
    if (left <= 0) return this.#line.send({ id, error: toDappError(new DappRefusal('deadline-passed')) });

    const controller = new AbortController();
    this.#open.set(id, controller);
    const timer = setTimeout(
      () => {
        this.#reply(id, { id, error: toDappError(new DappRefusal('deadline-passed')) });
        controller.abort(new DappRefusal('deadline-passed'));
      },
      Math.min(left, longestWait),
    );
    try {
      const result = await this.#answer(request, controller.signal);
      this.#reply(id, { id, result });
    } catch (error) {
      this.#reply(id, { id, error: toDappError(error) });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Exactly one: whoever comes second finds the request answered. */
  #reply(id: string, answer: DappAnswer): void {
    if (this.#open.delete(id)) this.#line.send(answer);
  }

  #refuse(id: string, reason: RefusalReason): void {
    if (this.#first(id)) this.#line.send({ id, error: toDappError(new DappRefusal(reason)) });
  }

  /** A repeated id is told nothing: its one answer is given, or on the way. */
  #first(id: string): boolean {
    if (this.#seen.has(id)) return false;
    if (this.#seen.size >= maximumRequests) {
      this.#line.close();
      return false;
    }
    this.#seen.add(id);
    return true;
  }
}

/** EIP-1193 leaves `params` out where there are none. */
function withParams(message: unknown): unknown {
  return typeof message === 'object' && message !== null && !('params' in message)
    ? { ...message, params: [] }
    : message;
}

function readId(message: unknown): string | null {
  const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : null;
  return v.is(dappRequestSchema.entries.id, id) ? id : null;
}

function hasUnknownMethod(message: unknown): boolean {
  const method = typeof message === 'object' && message !== null && 'method' in message ? message.method : null;
  return typeof method === 'string' && !v.is(dappRequestSchema.entries.method, method);
}
