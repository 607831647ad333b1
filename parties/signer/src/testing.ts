import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came to a {@link startServer}, and what goes back; null: no answer ever. */
export type Answer = (path: string, body: Uint8Array) => Promise<{ status?: number; body: Uint8Array } | null>;

/** Real HTTP in the place of kms and cloud, so that a test decides what they answer. */
export async function startServer(answer: Answer) {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      void answer(request.url ?? '', new Uint8Array(Buffer.concat(parts))).then((given) => {
        if (given === null) return;
        response.writeHead(given.status ?? 200, { 'content-type': 'application/cbor' });
        response.end(given.body);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
