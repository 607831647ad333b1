import * as v from 'valibot';
import { type Codec, cborMediaType } from './codec.ts';
import { ServiceError } from './errors.ts';
import type { Rate } from './limit.ts';

/** What a handler may know of the request besides its message. */
export type Context = {
  /** The client's network address; an IPv6 client's /64. */
  readonly address: string;
  /** Aborted at the route's deadline. */
  readonly signal: AbortSignal;
  /** A request header's value. */
  readonly header: (name: string) => string | undefined;
};

type Common<A> = {
  readonly path: string;
  /** One line for the API description. */
  readonly summary: string;
  readonly answer: Codec<A>;
  /** From the request line to the answer. */
  readonly timeoutMs: number;
  /** Per client address, before anything of the request is read. Other keys: see {@link Rate}. */
  readonly limit?: Rate & { readonly by: 'address' };
  /** Web origins whose pages may call this route, beside those of the whole app (CORS); asked at each request. */
  readonly origins?: (origin: string) => boolean;
};

/** A message in the body. Its path has no parameters: all that is asked stands in the bytes a proof can name. */
export type MessageRoute<B, A> = Common<A> & {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly body: Codec<B>;
  readonly maxBytes: number;
  readonly handler: (message: B, context: Context) => Promise<A>;
};

/** A question in the URL: query and path parameters, all strings, together validated by one schema. */
export type QueryRoute<Q, A> = Common<A> & {
  readonly method: 'GET';
  readonly query: v.GenericSchema<unknown, Q>;
  readonly handler: (query: Q, context: Context) => Promise<A>;
};

/** What came in, before anybody looked at it. */
export type Received = { readonly body: Uint8Array; readonly query: Readonly<Record<string, string>> };

/** One row of a route table, its message types closed over. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly request:
    | { readonly in: 'body'; readonly schema: v.GenericSchema; readonly mediaType: string; readonly maxBytes: number }
    | { readonly in: 'query'; readonly schema: v.GenericSchema };
  readonly answer: { readonly schema: v.GenericSchema; readonly mediaType: string };
  readonly timeoutMs: number;
  readonly limit: Rate | undefined;
  readonly origins: ((origin: string) => boolean) | undefined;
  /** Decodes what came in and returns the handler bound to it. Throws for bad input, in which case nothing has run. */
  readonly decode: (received: Received) => (context: Context) => Promise<Uint8Array>;
};

/** A row of the route table. Throws RangeError for a path or bound that the laws of this package exclude. */
export function route<B, A>(spec: MessageRoute<B, A>): Route;
export function route<Q, A>(spec: QueryRoute<Q, A>): Route;
export function route<M, A>(spec: MessageRoute<M, A> | QueryRoute<M, A>): Route {
  checkPath(spec.path, spec.method === 'GET');
  if (!(spec.timeoutMs > 0)) throw new RangeError(`${spec.path}: timeoutMs must be above 0`);
  const { path, summary, timeoutMs, limit, answer, origins } = spec;
  const common = {
    path,
    summary,
    timeoutMs,
    limit,
    origins,
    answer: { schema: answer.schema, mediaType: answer.mediaType ?? cborMediaType },
  };
  if (spec.method === 'GET') {
    const { method, query: schema, handler } = spec;
    return {
      ...common,
      method,
      request: { in: 'query', schema },
      decode: ({ query }) => {
        const message = parseQuery(schema, query);
        return async (context) => answer.encode(await handler(message, context));
      },
    };
  }
  const { method, body: codec, maxBytes, handler } = spec;
  if (!(maxBytes >= 0)) throw new RangeError(`${path}: maxBytes must be 0 or more`);
  return {
    ...common,
    method,
    request: { in: 'body', schema: codec.schema, mediaType: codec.mediaType ?? cborMediaType, maxBytes },
    decode: ({ body }) => {
      const message = codec.decode(body);
      return async (context) => answer.encode(await handler(message, context));
    },
  };
}

function parseQuery<Q>(schema: v.GenericSchema<unknown, Q>, query: Readonly<Record<string, string>>): Q {
  const result = v.safeParse(schema, query, { abortEarly: true });
  if (result.success) return result.output;
  const field = v.getDotPath(result.issues[0]) ?? 'query';
  throw new ServiceError({
    status: 400,
    code: 'malformed',
    message: `${field.slice(0, 60)}: not what the schema expects`,
    hint: 'Compare the query with the schema in /openapi.json.',
  });
}

// Lower case, so that a path passes the log's rule for words and a key does not.
function checkPath(path: string, parameters: boolean): void {
  const form = parameters ? /^(\/:?[a-z0-9][a-z0-9._-]*)+$/ : /^(\/[a-z0-9][a-z0-9._-]*)+$/;
  if (!form.test(path)) {
    throw new RangeError(`${path}: a path is lower case${parameters ? '' : ' and without parameters'}`);
  }
}
