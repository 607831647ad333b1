import type { Cors } from './cors.ts';
import { problemOf, type Refusal } from './errors.ts';

type Headers = Readonly<Record<string, string>>;

/** Makes responses with the headers that every answer carries. */
export type Replies = {
  readonly ok: (request: Request, mediaType: string, body: Uint8Array | string) => Response;
  readonly json: (request: Request, status: number, body: string) => Response;
  /** problem+json, RFC 9457. */
  readonly refuse: (request: Request, refusal: Refusal, more?: Headers) => Response;
};

/** `closing` says whether connections are to end with their answer. */
export function createReplies(cors: Cors, closing: () => boolean): Replies {
  const reply = (request: Request, status: number, mediaType: string, body: Uint8Array | string, more?: Headers) =>
    new Response(body as Uint8Array<ArrayBuffer> | string, {
      status,
      headers: {
        'content-type': mediaType,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...cors.headers(request.headers.get('origin')),
        ...(closing() ? { connection: 'close' } : {}),
        ...more,
      },
    });
  return {
    ok: (request, mediaType, body) => reply(request, 200, mediaType, body),
    json: (request, status, body) => reply(request, status, 'application/json', body),
    refuse: (request, refusal, more) => {
      const { status, retryAfter } = refusal;
      return reply(request, status, 'application/problem+json', JSON.stringify(problemOf(refusal)), {
        ...more,
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        // The rest of a body too slow or too large is not worth reading for the sake of the connection.
        ...(status === 408 || status === 413 ? { connection: 'close' } : {}),
      });
    },
  };
}
