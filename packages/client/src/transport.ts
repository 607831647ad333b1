import { concat } from '@symbolon/crypto';

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
    return { status: response.status, body: await readBody(response) };
  };
}

/** As it comes, so that whoever never ends is cut off and does not fill the memory first. */
async function readBody({ body }: Response): Promise<Uint8Array> {
  const reader = body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  // By hand: not every browser iterates streams.
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    parts.push(read.value);
    length += read.value.length;
    if (length <= maximumAnswer) continue;
    await reader?.cancel();
    throw new RangeError('answer too large');
  }
  return concat(...parts);
}
