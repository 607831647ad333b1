/** One request as the device makes it; the answer's body whole, since everything is small. */
export interface TransportRequest {
  url: string;
  method: 'GET' | 'POST';
  contentType?: string;
  body?: Uint8Array;
  /** ms until it is given up. */
  timeout: number;
}

export interface TransportAnswer {
  status: number;
  body: Uint8Array;
}

/** Carries requests; rejects if no answer came. Handed in, so that browser, Node and tests each bring their own. */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

/** Largest answer a device takes, bytes: a whole statement list fits, an endless stream does not. */
export const maximumAnswer = 8 * 1024 * 1024;

/** The platform's fetch as transport: no cookies, no redirects, no cache. */
export function fetchTransport(fetcher: typeof fetch): Transport {
  return async ({ url, method, contentType, body, timeout }) => {
    const response = await fetcher(url, {
      method,
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(timeout),
    });
    if (Number(response.headers.get('content-length') ?? 0) > maximumAnswer) throw new RangeError('answer too large');
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > maximumAnswer) throw new RangeError('answer too large');
    return { status: response.status, body: bytes };
  };
}
