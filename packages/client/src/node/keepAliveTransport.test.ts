import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { utf8 } from '@symbolon/crypto';
import { fetchTransport, maximumAnswer } from '../transport.ts';
import { keepAliveTransport } from './keepAliveTransport.ts';

const server = createServer((request, response) => {
  if (request.url === '/silent') return;
  if (request.url === '/endless') {
    Readable.from(endless()).pipe(response);
    return;
  }
  response.writeHead(request.url === '/refuse' ? 409 : 200);
  response.write(`${request.method} ${request.headers['content-type']} `);
  request.pipe(response);
}).listen(0, '127.0.0.1');

function* endless() {
  for (;;) yield new Uint8Array(262_144);
}

await once(server, 'listening');
const address = server.address();
const base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
const kept = keepAliveTransport();
after(() => {
  kept.close();
  server.closeAllConnections();
  server.close();
});

for (const [name, transport] of [
  ['node', kept.transport],
  ['fetch', fetchTransport(fetch)],
] as const) {
  describe(`the transport over ${name}`, () => {
    const post = { method: 'POST', contentType: 'application/cbor', body: utf8('body'), timeout: 2_000 } as const;

    it('carries body and type there, and status and body back', async () => {
      const answer = await transport({ url: `${base}/`, ...post });
      assert.deepEqual([answer.status, Buffer.from(answer.body).toString()], [200, 'POST application/cbor body']);
      assert.equal((await transport({ url: `${base}/refuse`, ...post })).status, 409);
      assert.equal((await transport({ url: `${base}/`, method: 'GET', timeout: 2_000 })).status, 200);
    });

    it('gives up in time, and rejects where nobody listens', async () => {
      await assert.rejects(transport({ url: `${base}/silent`, ...post, timeout: 50 }));
      await assert.rejects(transport({ url: 'http://127.0.0.1:1/', ...post }));
    });

    it(`does not take more than ${maximumAnswer} bytes`, async () => {
      await assert.rejects(transport({ url: `${base}/endless`, ...post, timeout: 5_000 }));
    });
  });
}
