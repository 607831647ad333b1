import { ServiceError } from './errors.ts';

/**
 * A request's body, at most `maxBytes`. A larger declared length is refused before anything is read, an undeclared one
 * (chunked) is cut off where it passes the bound. Throws ServiceError `too-large` (413), `body-incomplete` (400).
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared === null) return readChunks(request.body, maxBytes);
  if (!/^\d{1,15}$/.test(declared)) throw incomplete();
  if (Number(declared) > maxBytes) throw tooLarge(maxBytes);
  // Node's parser ends the body at the declared length, so this reads no more than was allowed.
  const bytes = new Uint8Array(await request.arrayBuffer().catch(refuseIncomplete));
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

/** Refuses a body that is not of exactly this media type; its parameters don't count. Throws ServiceError 415. */
export function checkMediaType(contentType: string | null, expected: string): void {
  if (contentType === expected) return;
  if (contentType?.split(';', 1)[0]?.trim().toLowerCase() === expected) return;
  throw new ServiceError({
    status: 415,
    code: 'wrong-media-type',
    message: `This address takes ${expected}.`,
    hint: `Send Content-Type: ${expected}.`,
  });
}

async function readChunks(stream: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array(0);
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(refuseIncomplete);
    if (done) return joined(chunks, length);
    length += value.length;
    if (length > maxBytes) {
      reader.cancel().catch(() => undefined);
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

const tooLarge = (maxBytes: number) =>
  new ServiceError({
    status: 413,
    code: 'too-large',
    message: `The body is larger than ${maxBytes} bytes.`,
    hint: 'Send one message of the size that /openapi.json names.',
  });

const incomplete = () =>
  new ServiceError({
    status: 400,
    code: 'body-incomplete',
    message: 'The body ended early or its length was not stated correctly.',
    hint: 'Send the whole body with its true Content-Length.',
  });

const refuseIncomplete = (): never => {
  throw incomplete();
};
