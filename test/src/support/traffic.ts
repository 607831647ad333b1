import type { Haystack } from './search.ts';

/** Reads along on everything that this process asks of others, until it is disposed. */
export function tapFetch(into: Haystack[]): Disposable {
  const real = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    const sent = init?.body;
    const asText = typeof sent === 'string' ? sent : '';
    into.push({
      where: `asked ${url}`,
      bytes: sent instanceof Uint8Array ? new Uint8Array(sent) : Buffer.from(asText),
    });
    const response = await real(input, init);
    const body = new Uint8Array(await response.clone().arrayBuffer());
    into.push({ where: `answer of ${url}`, bytes: body });
    into.push({ where: `headers of ${url}`, bytes: Buffer.from(JSON.stringify([...response.headers])) });
    return response;
  };
  return {
    [Symbol.dispose]: () => {
      globalThis.fetch = real;
    },
  };
}
