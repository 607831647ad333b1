import { randomBytes } from 'node:crypto';
import { checkMediaType, readBody } from './body.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import { type Refusal, refusalOf, ServiceError } from './errors.ts';
import type { RateLimiter } from './limit.ts';
import type { Logger } from './log.ts';
import type { Context, Received, Route } from './route.ts';

/** The log fields that this package writes: a party lists them beside its own. */
export const requestFields = ['method', 'route', 'status', 'ms', 'reference', 'signal', 'step'] as const;

/** One request on its way: what of it is known before its body is read. */
export type Arrival = {
  readonly request: Request;
  readonly address: string;
  /** Path parameters, for a query route. */
  readonly parameters: Readonly<Record<string, string>>;
};

/** Answers one request of a route: its answer's bytes. Throws what is to be refused. */
export async function serve(route: Route, limiter: RateLimiter | undefined, arrival: Arrival): Promise<Uint8Array> {
  limiter?.take(arrival.address);
  return withDeadline(route.timeoutMs, async (deadline) => {
    const received = await receive(route, arrival);
    const handle = decode(route, received);
    deadline.startHandling();
    return handle(contextOf(arrival, deadline));
  });
}

/** What the caller is told of something thrown. What was not written for the caller is 500 `internal` and goes to the log. */
export function refusalFor(thrown: unknown, route: string, log: Logger): Refusal {
  const refusal = refusalOf(thrown);
  if (refusal !== undefined && refusal.status < 500) return refusal;
  const reference = randomBytes(8).toString('hex');
  log.error('request-failed', { route, status: refusal?.status ?? 500, reference }, thrown);
  return (
    refusal ?? { status: 500, code: 'internal', message: '', hint: `Tell the operator this reference: ${reference}` }
  );
}

async function receive(route: Route, { request, parameters }: Arrival): Promise<Received> {
  if (route.request.in === 'query') return { body: nothing, query: queryOf(request.url, parameters) };
  checkMediaType(request.headers.get('content-type'), route.request.mediaType);
  return { body: await readBody(request, route.request.maxBytes), query: {} };
}

// A decoder sees nothing but input, so whatever it throws is the input's fault.
function decode(route: Route, received: Received): (context: Context) => Promise<Uint8Array> {
  try {
    return route.decode(received);
  } catch (thrown) {
    const refusal = refusalOf(thrown, 400);
    throw new ServiceError(refusal ?? { status: 400, code: 'malformed', message: 'The message cannot be read.' });
  }
}

function queryOf(url: string, parameters: Readonly<Record<string, string>>): Record<string, string> {
  const entries = [...new URL(url).searchParams, ...Object.entries(parameters)];
  // Two values under one name: whoever checks and whoever uses might take different ones.
  if (new Set(entries.map(([name]) => name)).size !== entries.length) {
    throw new ServiceError({ status: 400, code: 'malformed', message: 'A parameter is given twice.' });
  }
  return Object.fromEntries(entries);
}

function contextOf({ request, address }: Arrival, deadline: Deadline): Context {
  return {
    address,
    header: (name) => request.headers.get(name) ?? undefined,
    get signal() {
      return deadline.signal;
    },
  };
}

const nothing = new Uint8Array(0);
