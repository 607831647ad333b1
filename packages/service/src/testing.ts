import { decode, encode } from 'cborg';
import * as v from 'valibot';
import { type App, type AppOptions, createApp } from './app.ts';
import type { Codec } from './codec.ts';
import { createLogger, type Logger } from './log.ts';
import { Metrics } from './metrics.ts';
import { type Route, route } from './route.ts';
import { requestFields } from './serve.ts';

/** A CBOR codec of the form that parties use: its refusals have a code and a hint. */
export function cbor<T>(schema: v.GenericSchema<unknown, T>): Codec<T> {
  return {
    schema,
    encode: (value) => encode(value),
    decode: (bytes) => {
      try {
        return v.parse(schema, decode(bytes, { rejectDuplicateMapKeys: true }));
      } catch {
        throw Object.assign(new Error('not the message'), { code: 'malformed', hint: 'see the schema' });
      }
    },
  };
}

const echoMessage = v.strictObject({ text: v.string(), delayMs: v.optional(v.number()) });

/** An app with one echo route, a record of what its handler was given, and of the lines it logged. */
export function echoApp(
  more: {
    route?: { maxBytes?: number; timeoutMs?: number; perMinute?: number };
    app?: Partial<AppOptions>;
    routes?: Route[];
  } = {},
): { app: App; handled: string[]; lines: string[]; log: Logger; metrics: Metrics } {
  const handled: string[] = [];
  const lines: string[] = [];
  const log = createLogger({ party: 'test', fields: requestFields, level: 'debug', write: (line) => lines.push(line) });
  const metrics = new Metrics();
  const { perMinute, ...bounds } = more.route ?? {};
  const echo = route({
    method: 'POST',
    path: '/v1/echo',
    summary: 'Says the same.',
    body: cbor(echoMessage),
    answer: cbor(v.strictObject({ text: v.string() })),
    maxBytes: 1_000,
    timeoutMs: 2_000,
    ...bounds,
    ...(perMinute === undefined ? {} : { limit: { by: 'address' as const, perMinute } }),
    handler: async ({ text, delayMs }) => {
      handled.push(text);
      if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
      return { text };
    },
  });
  const options = { party: 'test', version: '0.0.0', log, metrics, ready: () => true, ...more.app };
  return { app: createApp([echo, ...(more.routes ?? [])], options), handled, lines, log, metrics };
}

/** A POST of CBOR to the echo route. */
export function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request('http://test/v1/echo', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/cbor', ...headers },
    ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
  });
}

export const message = (value: unknown): Uint8Array<ArrayBuffer> => new Uint8Array(encode(value));

/** A refusal's status and code, after a check that it has the form of RFC 9457. */
export async function refusal(response: Response): Promise<string> {
  const problem: unknown = await response.json();
  if (response.headers.get('content-type') !== 'application/problem+json') throw new Error('not problem+json');
  const { status, code } = v.parse(
    v.strictObject({
      type: v.pipe(v.string(), v.startsWith('urn:symbolon:error:')),
      title: v.pipe(v.string(), v.nonEmpty()),
      status: v.literal(response.status),
      code: v.string(),
      detail: v.optional(v.string()),
      hint: v.optional(v.string()),
    }),
    problem,
  );
  return `${status} ${code}`;
}
