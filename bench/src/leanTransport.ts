import { connect, type Socket } from 'node:net';
import type { Transport, TransportAnswer, TransportRequest } from '@symbolon/client';

/**
 * HTTP/1.1 over kept connections, one request at a time on each, and no more of HTTP than the parties' answers use. The devices of
 * a load share this machine with the parties, while people bring processors of their own: what Node's client costs for each
 * request would be taken from what is measured.
 */
export function leanTransport(): { transport: Transport; close: () => void } {
  const idle = new Map<string, Connection[]>();
  const all = new Set<Connection>();

  const connectionTo = (url: URL): Connection => {
    const kept = idle.get(url.host)?.pop();
    if (kept !== undefined) return kept;
    const made = new Connection(url, () => all.delete(made));
    all.add(made);
    return made;
  };
  const keep = (url: URL, connection: Connection) => {
    if (!connection.open) return;
    const others = idle.get(url.host);
    if (others === undefined) idle.set(url.host, [connection]);
    else others.push(connection);
  };
  return {
    transport: async (request) => {
      const url = addressOf(request.url);
      const connection = connectionTo(url);
      const answer = await connection.send(url, request);
      keep(url, connection);
      return answer;
    },
    close: () => {
      for (const connection of all) connection.end();
    },
  };
}

/** A load asks few addresses, very often. */
const addresses = new Map<string, URL>();

function addressOf(text: string): URL {
  const known = addresses.get(text) ?? new URL(text);
  addresses.set(text, known);
  return known;
}

class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<TransportAnswer> | null = null;
  open = true;

  constructor({ hostname, port }: URL, onEnd: () => void) {
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('timeout', () => this.#socket.destroy(new Error(`no answer within ${this.#socket.timeout} ms`)));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => {
      onEnd();
      this.#fail(new Error('the connection was closed'));
    });
  }

  send(
    { host, pathname, search }: URL,
    { method, contentType, body, timeout }: TransportRequest,
  ): Promise<TransportAnswer> {
    this.#waiting = Promise.withResolvers<TransportAnswer>();
    const type = contentType === undefined ? '' : `content-type: ${contentType}\r\n`;
    const length = body === undefined ? '' : `content-length: ${body.length}\r\n`;
    const head = `${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${type}${length}\r\n`;
    // One write, one packet: head and body apart would cost a second system call.
    this.#socket.write(body === undefined ? head : Buffer.concat([Buffer.from(head, 'latin1'), body]));
    this.#socket.setTimeout(timeout);
    return this.#waiting.promise;
  }

  end(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headLength = this.#received.indexOf('\r\n\r\n');
    if (headLength < 0) return;
    const head = this.#received.toString('latin1', 0, headLength);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) {
      this.#socket.destroy(new Error('an answer without content-length'));
      return;
    }
    const start = headLength + 4;
    if (this.#received.length < start + length) return;
    const answer = {
      status: Number(head.slice(9, 12)),
      body: new Uint8Array(this.#received.subarray(start, start + length)),
    };
    this.#received = Buffer.alloc(0);
    this.#socket.setTimeout(0);
    this.open = !/\r\nconnection: *close/i.test(head);
    this.#waiting?.resolve(answer);
    this.#waiting = null;
  }

  #fail(error: Error): void {
    this.open = false;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}
