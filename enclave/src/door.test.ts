import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Door, freePort, type Target } from './door.ts';

const undo = new AsyncDisposableStack();
after(() => undo.disposeAsync());

/** A machine of this name, which answers with it, and holds back what is asked at `/slow`. */
class Machine implements Target {
  readonly #server: Server;
  readonly held: ServerResponse[] = [];

  constructor(name: string) {
    this.#server = createServer((asked, answer) => {
      if (asked.url === '/slow') return void this.held.push(answer);
      const parts: Buffer[] = [];
      asked.on('data', (part) => parts.push(part));
      asked.on('end', () => answer.setHeader('x-name', name).end(`${name} ${asked.method} ${Buffer.concat(parts)}`));
    }).listen(0, '127.0.0.1');
    undo.defer(() => {
      this.#server.close();
      this.#server.closeAllConnections();
    });
  }

  async port(): Promise<number> {
    if (!this.#server.listening) await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }
}

async function openDoor(target: Target): Promise<{ door: Door; port: number }> {
  const port = await freePort();
  return { door: undo.use(await Door.open(port, target)), port };
}

/** A device with one connection that it keeps. */
function device(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  undo.defer(() => agent.destroy());
  return async (path: string, body = ''): Promise<{ text: string; reused: boolean; name: unknown }> => {
    const asked = request({ host: '127.0.0.1', port, path, method: body === '' ? 'GET' : 'POST', agent });
    asked.end(body);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part);
    return { text: Buffer.concat(parts).toString(), reused: asked.reusedSocket, name: answer.headers['x-name'] };
  };
}

test('what is asked reaches the machine whole, and so does its answer the device', async () => {
  const { port } = await openDoor(new Machine('a'));
  const ask = device(port);
  const body = 'x'.repeat(300_000);
  assert.deepEqual(await ask('/'), { text: 'a GET ', reused: false, name: 'a' });
  assert.deepEqual(await ask('/', body), { text: `a POST ${body}`, reused: true, name: 'a' });
});

test('led to another machine, the next request goes there, on the same connection too; one under way ends where it is', async () => {
  const [a, b] = [new Machine('a'), new Machine('b')];
  const { door, port } = await openDoor(a);
  const [ask, slow] = [device(port), device(port)];
  assert.equal((await ask('/')).text, 'a GET ');
  const underWay = slow('/slow');
  while (a.held.length === 0) await sleep(5);
  const drained = door.lead(b, 10_000);
  assert.deepEqual(await ask('/'), { text: 'b GET ', reused: true, name: 'b' });
  assert.equal(await Promise.race([drained, sleep(100, 'not yet')]), 'not yet');
  a.held[0]?.end('a, late');
  assert.equal((await underWay).text, 'a, late');
  assert.equal(await drained, true);
});

test('a request that hangs is not waited for without end', async () => {
  const [a, b] = [new Machine('a'), new Machine('b')];
  const { door, port } = await openDoor(a);
  const hanging = device(port)('/slow');
  while (a.held.length === 0) await sleep(5);
  assert.equal(await door.lead(b, 50), false);
  a.held[0]?.destroy();
  await assert.rejects(hanging);
});

test('a device that has gone is waited for no more', async () => {
  const [a, b] = [new Machine('a'), new Machine('b')];
  const { door, port } = await openDoor(a);
  const gone = request({ host: '127.0.0.1', port, path: '/slow' }).on('error', () => undefined);
  gone.end();
  while (a.held.length === 0) await sleep(5);
  gone.destroy();
  assert.equal(await door.lead(b, 5_000), true);
});

test('while the machine boots again, who comes waits', async () => {
  const a = new Machine('a');
  const { promise, resolve } = Promise.withResolvers<number>();
  const { port } = await openDoor({ port: () => promise });
  const asked = device(port)('/');
  assert.equal(await Promise.race([asked, sleep(100, 'waits')]), 'waits');
  resolve(await a.port());
  assert.equal((await asked).text, 'a GET ');
});
