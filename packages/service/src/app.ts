import { Hono } from 'hono';
import { clientAddress } from './address.ts';
import { createCors } from './cors.ts';
import { ServiceError } from './errors.ts';
import { RateLimiter } from './limit.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { openapi } from './openapi.ts';
import { createReplies } from './reply.ts';
import type { Route } from './route.ts';
import { type Arrival, refusalFor, serve } from './serve.ts';
import { type Connection, type Fetch, type Listening, type ListenOptions, listen } from './server.ts';

export type AppOptions = {
  readonly party: string;
  readonly version: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Whether requests can be served: the store answers, the evidence is fresh. Asked at each /readyz; a throw is a no. */
  readonly ready: () => boolean;
  /** Web origins whose pages may call and read answers (CORS). Default: none. */
  readonly origins?: readonly string[];
  /** Addresses of reverse proxies whose X-Forwarded-For is believed. Default: none. */
  readonly trustedProxies?: readonly string[];
};

export type App = {
  /** Answers one request, without a network. Never rejects. */
  readonly fetch: Fetch;
  /** Serves on a TCP port until closed; from then on /readyz and every route answer 503. */
  readonly listen: (options?: ListenOptions) => Promise<Listening>;
};

/**
 * A party's HTTP face: its route table, and beside it /healthz, /readyz, /metrics and /openapi.json. Every refusal is RFC 9457
 * problem+json; whatever a handler throws that was not made for the caller becomes 500 `internal`, without a word of it.
 */
export function createApp(routes: readonly Route[], options: AppOptions): App {
  const { party, version, log, metrics, ready, origins = [], trustedProxies = [] } = options;
  let closing = false;
  const cors = createCors(origins);
  const trusted: ReadonlySet<string> = new Set(trustedProxies);
  const replies = createReplies(cors, () => closing);
  const description = JSON.stringify(openapi(routes, party, version));
  const measured = measure(metrics, log);
  metrics.counted('log_withheld_total', 'Log events and fields not written.', log.withheld);

  const corsOf = (route: Route | undefined) =>
    route?.origins === undefined ? cors : createCors(origins, route.origins);

  const handlerOf = (route: Route) => {
    const limiter = route.limit === undefined ? undefined : new RateLimiter(route.limit);
    const replies = createReplies(corsOf(route), () => closing);
    return measured(route, async (arrival: Arrival) => {
      try {
        if (closing) throw shuttingDown();
        return replies.ok(arrival.request, route.answer.mediaType, await serve(route, limiter, arrival));
      } catch (thrown) {
        return replies.refuse(arrival.request, refusalFor(thrown, route.path, log));
      }
    });
  };

  const hono = new Hono<{ Bindings: Partial<Connection> }>();
  for (const route of routes) {
    const handle = handlerOf(route);
    hono.on(route.method, route.path, (c) => {
      const request = c.req.raw;
      const peer = c.env?.incoming?.socket.remoteAddress;
      const address = clientAddress(peer, request.headers.get('x-forwarded-for'), trusted);
      return handle({ request, address, parameters: c.req.param() });
    });
  }
  hono.get('/healthz', (c) => replies.json(c.req.raw, 200, '{"alive":true}'));
  hono.get('/readyz', (c) => {
    const good = !closing && succeeds(ready);
    return replies.json(c.req.raw, good ? 200 : 503, JSON.stringify({ ready: good }));
  });
  hono.get('/metrics', (c) => replies.ok(c.req.raw, 'text/plain; version=0.0.4; charset=utf-8', metrics.render()));
  hono.get('/openapi.json', (c) => replies.json(c.req.raw, 200, description));

  const elsewhere = measured({ method: 'other', path: 'none' }, async (request: Request) => {
    const path = new URL(request.url).pathname;
    const allowed = methods.filter((method) => hono.router.match(method, path)[0].length > 0);
    if (allowed.length === 0) return replies.refuse(request, notFound);
    const asked = routes.find((route) => route.path === path && route.method === wanted(request));
    return (
      corsOf(asked).preflight(request, allowed) ??
      replies.refuse(request, methodNotAllowed, { allow: allowed.join(', ') })
    );
  });
  hono.notFound((c) => elsewhere(c.req.raw));
  hono.onError((thrown, c) => replies.refuse(c.req.raw, refusalFor(thrown, 'none', log)));

  const fetch: Fetch = async (request, connection) => hono.fetch(request, connection);
  const close = () => {
    closing = true;
  };
  return { fetch, listen: (where = {}) => listen(fetch, where, close) };
}

/** Counts and times what answers, under the names of the route table. `respond` does not reject. */
function measure(metrics: Metrics, log: Logger) {
  const requests = metrics.counter('requests_total', 'Requests answered.', ['method', 'route', 'status']);
  const seconds = metrics.histogram('request_seconds', 'Time to the answer.', latencyBounds, ['method', 'route']);
  let inFlight = 0;
  metrics.gauge('requests_in_flight', 'Requests being answered.', () => inFlight);
  return <I>({ method, path }: { method: string; path: string }, respond: (input: I) => Promise<Response>) =>
    async (input: I): Promise<Response> => {
      const started = performance.now();
      inFlight += 1;
      const response = await respond(input);
      const ms = performance.now() - started;
      inFlight -= 1;
      requests.add(1, method, path, String(response.status));
      seconds.observe(ms / 1000, method, path);
      if (log.enabled('debug')) {
        log.debug('request', { method: method.toLowerCase(), route: path, status: response.status, ms });
      }
      return response;
    };
}

function succeeds(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** Seconds. */
const latencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** The method that a preflight asks about. */
const wanted = (request: Request) => request.headers.get('access-control-request-method');

const methods = ['GET', 'POST', 'PUT', 'DELETE'];

const notFound = {
  status: 404,
  code: 'not-found',
  message: 'There is nothing at this address.',
  hint: '/openapi.json lists the addresses.',
};

const methodNotAllowed = {
  status: 405,
  code: 'method-not-allowed',
  message: 'This address does not take this method.',
  hint: 'See the Allow header.',
};

const shuttingDown = () =>
  new ServiceError({
    status: 503,
    code: 'shutting-down',
    message: 'This process is ending.',
    hint: 'Try again in a moment.',
    retryAfter: 2,
  });
