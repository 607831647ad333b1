/** Which web pages may call: a fixed list of origins, nothing by pattern and never `*` (Fetch Standard, CORS protocol). */
export type Cors = {
  /** Headers that let this origin's pages read the answer; for an origin not on the list, none. */
  readonly headers: (origin: string | null) => Readonly<Record<string, string>>;
  /** The answer to a preflight from a listed origin; `undefined` for every other request. */
  readonly preflight: (request: Request, methods: readonly string[]) => Response | undefined;
};

/** Throws RangeError for an entry that is not exactly a web origin: it would never match, or match too much. */
export function createCors(origins: readonly string[]): Cors {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) throw new RangeError(`${origin}: not a web origin`);
  }
  const listed: ReadonlySet<string> = new Set(origins);
  const vary = origins.length === 0 ? {} : { vary: 'Origin' };
  const headers = (origin: string | null): Readonly<Record<string, string>> =>
    origin === null || !listed.has(origin)
      ? vary
      : { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' };
  return {
    headers,
    preflight: (request, methods) => {
      const origin = request.headers.get('origin');
      const asked = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
      if (!asked || origin === null || !listed.has(origin)) return undefined;
      return new Response(null, {
        status: 204,
        headers: {
          ...headers(origin),
          'access-control-allow-methods': methods.join(', '),
          'access-control-allow-headers': 'authorization, content-type, dpop',
          'access-control-max-age': '600',
          'cache-control': 'no-store',
        },
      });
    },
  };
}
