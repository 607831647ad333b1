/** An answer of a party: the body's bytes, and the stable code of a refusal. */
export interface Answer {
  status: number;
  body: Uint8Array;
  type: string;
  /** Null for anything that is no problem+json. */
  code: string | null;
  /** The refusal without what names one request. */
  problem: Record<string, unknown> | null;
}

export async function post(url: string, body: Uint8Array, type = 'application/cbor'): Promise<Answer> {
  return read(
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: body as Uint8Array<ArrayBuffer>,
      signal: AbortSignal.timeout(20_000),
    }),
  );
}

export async function get(url: string): Promise<Answer> {
  return read(await fetch(url, { signal: AbortSignal.timeout(20_000) }));
}

async function read(response: Response): Promise<Answer> {
  const body = new Uint8Array(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? '';
  const problem = type.startsWith('application/problem+json') ? JSON.parse(new TextDecoder().decode(body)) : null;
  return {
    status: response.status,
    body,
    type,
    code: typeof problem?.code === 'string' ? problem.code : null,
    problem,
  };
}
