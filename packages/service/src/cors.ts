/** Which web pages may call: exact origins, nothing by pattern and never `*` (Fetch Standard, CORS protocol). */
export type Cors = {
  /** Headers that let this origin's pages read the answer; for an origin not on the list, none. */
  readonly headers: (origin: string | null) => Readonly<Record<string, string>>;
  /** The answer to a preflight from a listed origin; `undefined` for every other request. */
  readonly preflight: (request: Request, methods: readonly string[]) => Response | undefined;
};

/**
 * `origins`: a fixed list. `alsoAllowed`: asked at each request about every other origin, where the list changes while the party
 * runs. Throws RangeError for an entry that is not exactly a web origin: it would never match, or match too much.
 */
export function createCors(origins: readonly string[], alsoAllowed?: (origin: string) => boolean): Cors {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) throw new RangeError(`${origin}: not a web origin`);
  }
  const listed: ReadonlySet<string> = new Set(origins);
  const allowed = (origin: string | null): origin is string =>
    origin !== null && (listed.has(origin) || alsoAllowed?.(origin) === true);
  const vary = origins.length === 0 && alsoAllowed === undefined ? {} : { vary: 'Origin' };
  const headers = (origin: string | null): Readonly<Record<string, string>> =>
    allowed(origin)
      ? { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' }
      : vary;
  return {
    headers,
    preflight: (request, methods) => {
      const origin = request.headers.get('origin');
      const asked = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
      if (!asked || !allowed(origin)) return undefined;
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
