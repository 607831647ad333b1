import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { problemOf, type Refusal } from './errors.ts';

/** The part of a connection that a request is judged by. */
export type Connection = { readonly incoming: { readonly socket: { readonly remoteAddress?: string | undefined } } };

export type Fetch = (request: Request, connection?: Connection) => Promise<Response>;

export type ListenOptions = {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Connections beyond this many are dropped at once. Default 4096. */
  readonly maxConnections?: number;
  /** How long a client may take to send its headers, ms; default 10,000. Its body is bounded by the route's deadline. */
  readonly headersTimeoutMs?: number;
  /** Headers of the refusals that are made before there is a request, where an origin's every answer carries some. */
  readonly refusalHeaders?: Readonly<Record<string, string>>;
};

export type Listening = {
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting, lets the requests in flight finish for up to `graceMs` (default 10,000) and ends the rest. Idempotent:
   * further calls wait for the first.
   */
  readonly close: (graceMs?: number) => Promise<void>;
};

/** Serves `fetch` over HTTP/1.1. Rejects if the port cannot be had. `onClosing` runs before the first socket closes. */
export async function listen(fetch: Fetch, options: ListenOptions, onClosing: () => void): Promise<Listening> {
  const { port = 0, host = '127.0.0.1', maxConnections = 4096, headersTimeoutMs = 10_000 } = options;
  const refusalHeaders = { ...options.refusalHeaders, ...problemHeaders };
  const answer = getRequestListener((request, connection) => fetch(request, connection), {
    // A target or Host header that is no URL.
    errorHandler: () => new Response(JSON.stringify(problemOf(badRequest)), { status: 400, headers: refusalHeaders }),
  });
  const server = createServer(
    {
      // Slowloris: these are enforced by a sweep, whose default period of 30 s would make them mean little.
      headersTimeout: headersTimeoutMs,
      requestTimeout: 60_000,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
      // Longer than a client's pool keeps a connection, so that the client and not we end it between two requests.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
      // Answered below, in the form of every other refusal.
      requireHostHeader: false,
    },
    (incoming, outgoing) => void answer(incoming, outgoing),
  );
  server.maxConnections = maxConnections;
  // A client that does not read its answer.
  server.timeout = 120_000;
  server.on('clientError', (error, socket: Socket) => answerBrokenRequest(error, socket, refusalHeaders));
  const owed = countAnswersOwed(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port, host, backlog: 1024 }, resolve);
  });
  const { port: bound, family, address } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    port: bound,
    close: (graceMs = 10_000) => {
      if (closed === undefined) {
        onClosing();
        closed = drain(server, owed, graceMs);
      }
      return closed;
    },
  };
}

async function drain(server: Server, owed: ReadonlyMap<Socket, number>, graceMs: number): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  const endQuiet = () => {
    for (const [socket, answers] of owed) if (answers === 0) socket.destroySoon();
  };
  endQuiet();
  const sweep = setInterval(endQuiet, 20);
  const last = setTimeout(() => server.closeAllConnections(), graceMs);
  await ended;
  clearInterval(sweep);
  clearTimeout(last);
}

// Node calls a connection idle only after its first answer and between two whole requests, so anyone could hold up our end by
// connecting and saying nothing, or half a header.
function countAnswersOwed(server: Server): ReadonlyMap<Socket, number> {
  const owed = new Map<Socket, number>();
  const change = (socket: Socket, by: number) => {
    const answers = owed.get(socket);
    if (answers !== undefined) owed.set(socket, answers + by);
  };
  server.on('connection', (socket: Socket) => {
    owed.set(socket, 0);
    socket.once('close', () => owed.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    change(socket, 1);
    response.once('close', () => change(socket, -1));
  });
  return owed;
}

// What Node's parser refuses never becomes a Request.
function answerBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  refusalHeaders: Readonly<Record<string, string>>,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(parserRefusals[error.code ?? ''] ?? badRequest);
  const body = JSON.stringify(problem);
  const headers = { ...refusalHeaders, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`);
}

const problemHeaders = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

const badRequest: Refusal = {
  status: 400,
  code: 'bad-request',
  message: 'This is not a well-formed HTTP request.',
  hint: 'Send HTTP/1.1 with a Host header and a plain path.',
};

const parserRefusals: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request-timeout', message: 'The request did not arrive in time.' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers-too-large', message: 'The headers are larger than 16 KiB.' },
};
