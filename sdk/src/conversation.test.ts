import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dappRequestSchema } from '@symbolon/protocol/dapp';
import fc from 'fast-check';
import * as v from 'valibot';
import { converse, type Question } from './conversation.ts';
import { refusal, SymbolonError } from './errors.ts';
import type { WalletEvent, WalletRequest } from './wire.ts';

function start() {
  const posted: WalletRequest[] = [];
  const events: WalletEvent[] = [];
  const conversation = converse(
    (message) => posted.push(message),
    (event) => events.push(event),
  );
  return { posted, events, conversation };
}

const question = (): Question => ({
  method: 'personal_sign',
  params: [],
  chainId: '0x1',
  deadline: Date.now() + 60_000,
});

test('what is asked fits the schema of the wallet, each with an id of its own', async () => {
  const { posted, conversation } = start();
  const asked = [conversation.ask(question()), conversation.ask(question())];
  for (const request of posted) v.parse(dappRequestSchema, request);
  assert.notEqual(posted[0]?.id, posted[1]?.id);
  conversation.end(refusal('disconnected'));
  await Promise.allSettled(asked);
});

test('an answer goes to the request with its id, in whatever order answers come', async () => {
  const { posted, conversation } = start();
  const asked = [conversation.ask(question()), conversation.ask(question())];
  for (const { id } of posted.toReversed()) conversation.hear({ id, result: id });
  assert.deepEqual(
    await Promise.all(asked),
    posted.map(({ id }) => id),
  );
});

test('the first answer counts: a second with the same id changes nothing', async () => {
  const { posted, conversation } = start();
  const asked = conversation.ask(question());
  const id = posted[0]?.id;
  conversation.hear({ id, result: 'first' });
  conversation.hear({ id, error: { code: 4001, reason: 'user-rejected', message: 'no' } });
  conversation.hear({ id, result: 'second' });
  assert.equal(await asked, 'first');
});

test('a refusal keeps its code and reason, and nothing else of the message', async () => {
  const { posted, conversation } = start();
  const asked = conversation.ask(question());
  const error = { code: 4001, reason: 'user-rejected', message: 'no', stack: 'x', docs: 'https://evil.example' };
  conversation.hear({ id: posted[0]?.id, error });
  await assert.rejects(asked, (caught) => {
    assert.ok(caught instanceof SymbolonError);
    assert.deepEqual(caught.toJSON(), {
      code: 4001,
      reason: 'user-rejected',
      message: 'no',
      docs: 'docs/errors.md#user-rejected',
    });
    return true;
  });
});

test('past its deadline a request is refused, and its late answer is dropped', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { posted, conversation } = start();
  const asked = conversation.ask(question());
  t.mock.timers.tick(60_000);
  conversation.hear({ id: posted[0]?.id, result: 'late' });
  await assert.rejects(asked, { code: 4001, reason: 'no-answer' });
});

test('when it ends, what is open is refused, and what is asked later too, without a message', async () => {
  const { posted, conversation } = start();
  const asked = conversation.ask(question());
  conversation.end(refusal('popup-closed'));
  conversation.hear({ id: posted[0]?.id, result: 'late' });
  await assert.rejects(asked, { reason: 'popup-closed' });
  await assert.rejects(conversation.ask(question()), { reason: 'popup-closed' });
  assert.equal(posted.length, 1);
});

const hostileKeys = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'id',
  'result',
  'error',
  'event',
  'accounts',
);
const garbage = fc.oneof(
  fc.anything(),
  fc.dictionary(hostileKeys, fc.anything()),
  fc.record({ id: fc.anything(), result: fc.anything() }),
  fc.record({ id: fc.string(), error: fc.anything() }),
  fc.record({
    event: fc.constantFrom('accountsChanged', 'chainChanged', 'show', '__proto__'),
    accounts: fc.anything(),
  }),
  fc.constant(JSON.parse('{"__proto__":{"polluted":true},"id":"x","result":1}')),
);

test('whatever else the other side says, a request gets its own answer and nothing is thrown or polluted', async () => {
  const run = async (before: unknown[], after: unknown[]) => {
    const { posted, events, conversation } = start();
    const asked = conversation.ask(question());
    for (const message of before) conversation.hear(message);
    conversation.hear({ id: posted[0]?.id, result: 'own' });
    for (const message of after) conversation.hear(message);
    assert.equal(await asked, 'own');
    for (const event of events) assert.ok(['accountsChanged', 'chainChanged', 'show', 'hide'].includes(event.event));
    assert.equal(Reflect.get({}, 'polluted'), undefined);
    assert.equal(Object.getPrototypeOf({}), Object.prototype);
  };
  const messages = fc.array(garbage, { maxLength: 8 });
  await fc.assert(fc.asyncProperty(messages, messages, run), { seed: 1, numRuns: 300 });
});

test('an answer with the right id and anything but a result ends in a SymbolonError', async () => {
  const run = async (rest: object) => {
    const { posted, conversation } = start();
    const asked = conversation.ask(question());
    conversation.hear({ ...rest, id: posted[0]?.id });
    await assert.rejects(asked, SymbolonError);
  };
  const refused = fc.oneof(
    fc.constant({}),
    fc.record({ error: fc.anything() }),
    fc.record({ error: fc.anything(), result: fc.anything() }),
    fc.record({ error: fc.record({ code: fc.anything(), reason: fc.anything(), message: fc.anything() }) }),
  );
  await fc.assert(fc.asyncProperty(refused, run), { seed: 1, numRuns: 300 });
});
