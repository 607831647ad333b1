import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { leanTransport } from './leanTransport.ts';

async function echo() {
  const seen = new Set<number | undefined>();
  const server = createServer((request, response) => {
    seen.add(request.socket.remotePort);
    void buffer(request).then((body) => {
      response.writeHead(request.url === '/odd?x=1' ? 409 : 200, { 'content-length': body.length });
      // In two pieces, so that an answer comes in more than one packet.
      response.write(body.subarray(0, 3));
      setTimeout(() => response.end(body.subarray(3)), 5);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
}

test('answers come back to those who asked, whole, and connections are kept', async () => {
  const { url, seen, server } = await echo();
  const { transport, close } = leanTransport();
  const ask = (length: number) => {
    const body = crypto.getRandomValues(new Uint8Array(length));
    const request = {
      url: `${url}/odd?x=1`,
      method: 'POST',
      contentType: 'application/cbor',
      body,
      timeout: 1_000,
    } as const;
    return transport(request).then((answer) => assert.deepEqual(answer, { status: 409, body }));
  };
  for (let round = 0; round < 3; round += 1) await Promise.all([ask(10), ask(60_000), ask(5)]);
  assert.equal(seen.size, 3);
  close();
  server.close();
});

test('whoever does not answer in time, or at all, is an error', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { transport, close } = leanTransport();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await assert.rejects(transport({ url, method: 'GET', timeout: 50 }), /no answer within 50 ms/);
  server.close();
  await once(server, 'close');
  await assert.rejects(transport({ url, method: 'GET', timeout: 50 }), /ECONNREFUSED/);
  close();
});
