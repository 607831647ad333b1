import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayAsk, meet, type Surroundings } from './handshake.ts';

const wallet = 'https://wallet.example';
const site = 'https://app.example';
const open = { symbolon: 1, what: 'open' };

/** A window of the wallet's, and a way to send it events as a browser would. */
function aWindow() {
  const said: [message: unknown, target: string][] = [];
  const asker = { postMessage: (message: unknown, target: string) => void said.push([message, target]) };
  const listeners = new Set<(event: MessageEvent<unknown>) => void>();
  const surroundings: Surroundings = {
    origin: wallet,
    asker,
    addEventListener: (_, listener) => void listeners.add(listener),
    removeEventListener: (_, listener) => void listeners.delete(listener),
  };
  const send = (given: { source?: unknown; origin?: string; data?: unknown; ports?: unknown[] }) => {
    const event = { source: asker, origin: site, data: open, ports: [port], ...given };
    for (const listener of listeners) listener(event as unknown as MessageEvent<unknown>);
  };
  return { surroundings, send, said, listening: () => listeners.size };
}

const port = { name: 'port' } as unknown as MessagePort;
const untilNow = async <T>(promise: Promise<T>): Promise<T | 'waiting'> => {
  await new Promise((resolve) => setImmediate(resolve));
  return Promise.race([promise, Promise.resolve('waiting' as const)]);
};

test('the wallet says that it is there, and takes the origin from the browser', async () => {
  const { surroundings, send, said, listening } = aWindow();
  const met = meet(surroundings);
  assert.deepEqual(said, [[{ symbolon: 1, what: 'ready' }, '*']]);
  send({ data: { ...open, appId: 'another-app' } });
  assert.deepEqual(await met, { origin: site, port, handOver: null });
  assert.equal(listening(), 0);
});

test('nobody but the window that opened or embeds it is heard, and only once', async () => {
  const { surroundings, send } = aWindow();
  const met = meet(surroundings);
  send({ source: {} });
  send({ source: null });
  send({ ports: [] });
  send({ ports: [port, port] });
  send({ data: { symbolon: 2, what: 'open' } });
  send({ data: { ...open, origin: 'https://bank.example' } });
  send({ data: 'open' });
  assert.equal(await untilNow(met), 'waiting');
  send({});
  send({ origin: 'https://late.example' });
  assert.equal((await met).origin, site);
});

test('an origin that names nobody, or comes over an open network, gets nothing', async () => {
  for (const origin of [
    'null',
    '',
    'file://',
    'http://app.example',
    'ftp://app.example',
    'https://app.example/',
    'data:',
  ]) {
    assert.equal(mayAsk(origin), false, origin);
    const { surroundings, send } = aWindow();
    const met = meet(surroundings);
    send({ origin });
    assert.equal(await untilNow(met), 'waiting', origin);
  }
  for (const origin of [
    site,
    'http://localhost:3000',
    'http://dapp.localhost:1',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
  ]) {
    assert.equal(mayAsk(origin), true, origin);
  }
  for (const origin of ['http://localhost.example', 'http://evil-localhost', 'http://127.0.0.1.example']) {
    assert.equal(mayAsk(origin), false, origin);
  }
});

test('only the wallet itself hands over for another, and it asks for nothing in its own name', async () => {
  const handOver = { symbolon: 1, what: 'hand-over', origin: site, wants: { do: 'answer', connected: null } };
  const asSite = aWindow();
  const refused = meet(asSite.surroundings);
  asSite.send({ data: { ...handOver, origin: 'https://bank.example' } });
  assert.equal(await untilNow(refused), 'waiting');

  const asWallet = aWindow();
  const met = meet(asWallet.surroundings);
  asWallet.send({ origin: wallet });
  asWallet.send({ origin: wallet, data: { ...handOver, origin: 'null' } });
  assert.equal(await untilNow(met), 'waiting');
  asWallet.send({ origin: wallet, data: handOver });
  assert.deepEqual(await met, { origin: site, port, handOver: handOver.wants });
});
