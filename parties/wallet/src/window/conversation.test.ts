import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { DappRefusal } from '../approve/errors.ts';
import { type Answerer, Conversation } from './conversation.ts';

const deadline = 60_000;
const request = (id: string, more: object = {}) => ({
  id,
  method: 'personal_sign',
  params: [],
  chainId: '0x1',
  deadline,
  ...more,
});
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** The wallet's end of a line, and what the site hears. */
function converse(answer: Answerer) {
  const heard: Record<string, unknown>[] = [];
  let say: (message: unknown) => void = () => {};
  let closed = false;
  const line = {
    send: (message: unknown) => void heard.push(message as Record<string, unknown>),
    listen: (listener: (message: unknown) => void) => {
      say = listener;
    },
    close: () => {
      closed = true;
    },
  };
  const conversation = new Conversation(line, answer, () => 0);
  const reasons = () =>
    heard.map(({ id, error }) => [id, (error as { reason: string } | undefined)?.reason ?? 'answered']);
  return { conversation, say: (message: unknown) => say(message), heard, reasons, closed: () => closed };
}

test('each request is answered once, with its own id', async () => {
  const { say, heard } = converse(async ({ params }) => params);
  say(request('a', { params: [1] }));
  say(request('b', { params: [2] }));
  await settle();
  assert.deepEqual(heard, [
    { id: 'a', result: [1] },
    { id: 'b', result: [2] },
  ]);
});

test('a replayed request asks nobody again and gets no second answer', async () => {
  let asked = 0;
  const { say, heard } = converse(async () => ++asked);
  const replayed = request('a');
  say(replayed);
  say(replayed);
  await settle();
  say(replayed);
  say(request('a', { method: 'eth_accounts' }));
  await settle();
  assert.equal(asked, 1);
  assert.equal(heard.length, 1);
});

test('answers that come in another order find their own requests', async () => {
  const waiting = new Map<string, (value: unknown) => void>();
  const { say, heard } = converse(({ id }) => new Promise((resolve) => waiting.set(id, resolve)));
  say(request('a'));
  say(request('b'));
  waiting.get('b')?.('second');
  await settle();
  waiting.get('a')?.('first');
  await settle();
  assert.deepEqual(heard, [
    { id: 'b', result: 'second' },
    { id: 'a', result: 'first' },
  ]);
});

test('what is no request reaches no method', async () => {
  const { say, reasons } = converse(() => assert.fail('it was asked'));
  say(null);
  say('eth_accounts');
  say({ ...request('a'), id: '<img>' });
  say({ ...request('b'), extra: true });
  say({ ...request('c'), method: 'eth_sign' });
  say({ ...request('d'), method: 'constructor' });
  say({ ...request('e'), chainId: '1' });
  say({ ...request('f'), params: [1n] });
  say({ ...request('g'), params: ['x'.repeat(300_000)] });
  say(JSON.parse(JSON.stringify(request('h')).replace('"params":[]', '"params":[{"__proto__":{}}]')));
  await settle();
  assert.deepEqual(reasons(), [
    ['b', 'request-malformed'],
    ['c', 'method-unsupported'],
    ['d', 'method-unsupported'],
    ['e', 'request-malformed'],
    ['f', 'request-malformed'],
    ['g', 'request-too-large'],
    ['h', 'request-malformed'],
  ]);
});

test('past its deadline nobody is asked, and an answer under way is given up', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let signal: AbortSignal | null = null;
    const { say, reasons } = converse((_, given) => {
      signal = given;
      return new Promise(() => {});
    });
    say(request('late', { deadline: 0 }));
    assert.equal(signal, null);
    say(request('slow', { deadline: 5_000 }));
    mock.timers.tick(5_001);
    assert.equal((signal as AbortSignal | null)?.aborted, true);
    assert.deepEqual(reasons(), [
      ['late', 'deadline-passed'],
      ['slow', 'deadline-passed'],
    ]);
  } finally {
    mock.timers.reset();
  }
});

test('an error of ours tells a site nothing but that there was one', async () => {
  const { say, heard } = converse(async () => {
    throw new Error('the device key of ada@example.com');
  });
  say(request('a'));
  await settle();
  assert.deepEqual(heard, [
    { id: 'a', error: { code: -32002, reason: 'wallet-unavailable', message: 'The wallet could not do it.' } },
  ]);
});

test('a page that goes away rejects what is open, once', async () => {
  const { conversation, say, reasons } = converse((_, signal) => {
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new DappRefusal('deadline-passed'))),
    );
  });
  say(request('a'));
  conversation.end();
  conversation.end();
  await settle();
  assert.deepEqual(reasons(), [['a', 'user-rejected']]);
});

test('a site that never ends asking is hung up on', async () => {
  const { say, closed } = converse(async () => null);
  for (let index = 0; index <= 10_000; index += 1) say(request(`r${index}`));
  await settle();
  assert.equal(closed(), true);
});
