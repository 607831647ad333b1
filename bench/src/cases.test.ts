import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intentOf, readCase } from './cases.ts';

const good = {
  id: 'x',
  chain: 'evm',
  op: 'message',
  privateKey: `0x${'AB'.repeat(32)}`,
  payload: { raw: '0x00' },
};
const line = (changes: object) => JSON.stringify({ ...good, ...changes });

test('a key is one key in either case, and members that are not known are left alone', () => {
  assert.equal(readCase(line({ expected: '0x01' })).privateKey, `0x${'ab'.repeat(32)}`);
});

test('an integer beyond 2^53 keeps every digit', () => {
  const payload =
    '{"type":2,"chainId":1,"nonce":0,"gas":21000,"maxFeePerGas":1,"maxPriorityFeePerGas":1,"value":12345678901234567890123}';
  const text = JSON.stringify({ ...good, op: 'transaction' }).replace('{"raw":"0x00"}', payload);
  const { intent } = intentOf(readCase(text));
  assert.ok(intent.type === 'evm-transaction');
  assert.equal(intent.transaction.value, 12345678901234567890123n);
});

for (const [what, changes, code, id] of [
  ['without an id', { id: undefined }, 'case-malformed', null],
  ['with an id that is no name', { id: {} }, 'case-malformed', null],
  ['of another chain', { chain: 'solana' }, 'case-malformed', 'x'],
  ['with an unknown op', { op: 'hash' }, 'case-malformed', 'x'],
  ['without a payload', { payload: undefined }, 'case-malformed', 'x'],
  ['with a key of another length', { privateKey: '0x12' }, 'key-invalid', 'x'],
  ['with a key that is no text', { privateKey: 5 }, 'key-invalid', 'x'],
] as const) {
  test(`a line ${what} is no case, and its error names it by id where there is one`, () => {
    assert.throws(() => readCase(line(changes)), { code, id });
  });
}

for (const text of ['', '{', '[]', '{"id":1,"id":2}', 'null', '{"id":"\\ud800"}']) {
  test(`${text || 'nothing'} is no case`, () => {
    assert.throws(
      () => readCase(text),
      (error) => error instanceof Error && 'code' in error,
    );
  });
}
