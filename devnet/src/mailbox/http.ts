import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Messages } from './messages.ts';
import { contentSecurityPolicy, mailboxPage } from './page.ts';
import type { Listener } from './smtp.ts';

const HOSTS = new Set(['127.0.0.1', 'localhost']);

/** Serves the mailbox page at `/` and its JSON at `/api/messages?to=ADDRESS&after=ID`, on loopback. */
export async function listenHttp(port: number, messages: Messages): Promise<Listener> {
  const server = createServer((request, response) => send(response, answer(request, messages)));
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  status: number;
  type: 'application/json' | 'text/html; charset=utf-8';
  body: string;
}

function answer(request: IncomingMessage, messages: Messages): Answer {
  const url = URL.parse(request.url ?? '', `http://${request.headers.host}`);
  // A web page that rebinds its own name to 127.0.0.1 would read the sign-in codes: it can't forge this header.
  if (url === null || !HOSTS.has(url.hostname)) return json(421, { code: 'wrong-host' });
  if (request.method !== 'GET') return json(405, { code: 'method-not-allowed' });
  switch (url.pathname) {
    case '/':
      return { status: 200, type: 'text/html; charset=utf-8', body: mailboxPage(messages.list({ after: 0 })) };
    case '/healthz':
      return json(200, { status: 'ok' });
    case '/api/messages':
      return messagesAnswer(url.searchParams, messages);
    default:
      return json(404, { code: 'not-found' });
  }
}

function messagesAnswer(query: URLSearchParams, messages: Messages): Answer {
  const after = query.get('after') ?? '0';
  if (!/^[0-9]{1,15}$/.test(after)) return json(400, { code: 'bad-after' });
  const to = query.get('to');
  return json(200, messages.list({ after: Number(after), ...(to === null ? {} : { to }) }));
}

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response
    .writeHead(status, {
      'Content-Type': type,
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    })
    .end(body);
}
