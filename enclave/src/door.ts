import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const maximumConnections = 256;
/** Fewer than the guest's own relay carries at once on Nitro (relay.c). */
const maximumInside = 128;
/** ms; the signer's own deadline is shorter. */
const answerTimeout = 30_000;
const pollInterval = 20;

/** Where requests are answered: a port of this machine, once something answers there. */
export interface Target {
  port(): Promise<number>;
}

/**
 * Where devices come in: passes each request on to a machine. While that boots again, who comes waits, so that a device whose request
 * was lost with the old one has the next answered without being told to come later. It parts requests, not connections: those are kept
 * alive for minutes, and an upgrade would cut whatever just runs on them.
 */
export class Door implements Disposable {
  readonly #server = createServer(
    { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 65_000 },
    (asked, answer) => void this.#pass(asked, answer),
  );
  readonly #inside = new Agent({ keepAlive: true, maxSockets: maximumInside });
  readonly #unanswered = new Map<Target, number>();
  #target: Target;

  private constructor(target: Target) {
    this.#target = target;
    this.#server.maxConnections = maximumConnections;
  }

  /** Listens on 127.0.0.1 and this port. */
  static async open(port: number, target: Target): Promise<Door> {
    const door = new Door(target);
    door.#server.listen(port, '127.0.0.1');
    await once(door.#server, 'listening');
    return door;
  }

  /**
   * From now on every request goes to `next`, on old connections too. Resolves once those that went elsewhere are answered, or after
   * `patience` ms: whether all are.
   */
  async lead(next: Target, patience: number): Promise<boolean> {
    const before = this.#target;
    this.#target = next;
    const deadline = performance.now() + patience;
    while (this.#unanswered.has(before) && performance.now() < deadline) await sleep(pollInterval);
    return !this.#unanswered.has(before);
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#inside.destroy();
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const target = this.#target;
    this.#count(target, 1);
    answer.once('close', () => this.#count(target, -1));
    const lost = () => answer.destroy();
    // Somebody who has gone by then asks nothing any more.
    const port = await target.port();
    if (answer.destroyed) return;
    const { method, url: path, headers } = asked;
    const inner = request({ host: '127.0.0.1', port, method, path, headers: passedOn(headers), agent: this.#inside });
    inner.setTimeout(answerTimeout, lost);
    inner.on('error', lost);
    inner.on('response', (answered) => {
      answered.on('error', lost);
      answer.writeHead(answered.statusCode ?? 502, passedOn(answered.headers));
      answered.pipe(answer);
    });
    answer.once('close', () => {
      if (!answer.writableFinished) inner.destroy();
    });
    asked.pipe(inner);
  }

  #count(target: Target, change: 1 | -1): void {
    const count = (this.#unanswered.get(target) ?? 0) + change;
    if (count === 0) this.#unanswered.delete(target);
    else this.#unanswered.set(target, count);
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** All but what is about one connection alone. How a body is framed stays as it was said: nobody may read its end elsewhere. */
function passedOn({ connection: _, 'keep-alive': __, upgrade: ___, expect: ____, ...headers }: IncomingHttpHeaders) {
  return headers;
}
