import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maximumWeight, plainCopy } from './plain.ts';

test('JSON comes through as it is, and shares nothing with what came', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      if (JSON.stringify(value).includes('__proto__')) return;
      // JSON has no -0.
      const expected = JSON.parse(JSON.stringify(value)) as unknown;
      assert.deepEqual(JSON.parse(JSON.stringify(plainCopy(value))), { value: expected });
    }),
    { seed: 1, numRuns: 100 },
  );
  const inner = { a: [1] };
  const copied = plainCopy({ inner });
  inner.a.push(2);
  assert.deepEqual(copied, { value: { inner: { a: [1] } } });
});

test('no message can give a map another prototype', () => {
  const polluted: unknown = JSON.parse('{"method":"eth_accounts","params":[{"__proto__":{"polluted":true}}]}');
  assert.equal(plainCopy(polluted), 'not-plain');
  assert.equal(plainCopy(Object.create({ inherited: true })), 'not-plain');
  const copied = plainCopy(JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'));
  assert.deepEqual(copied, { value: { constructor: { prototype: { polluted: true } } } });
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
});

test('what structured clone carries beyond JSON is refused', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const strange = [
    1n,
    new Map(),
    new Set(),
    new Date(),
    /x/,
    new Uint8Array(4),
    new ArrayBuffer(4),
    new Error('x'),
    Number.NaN,
  ];
  for (const value of [...strange, Number.POSITIVE_INFINITY, Symbol('x'), () => 1]) {
    assert.equal(plainCopy({ params: [value] }), 'not-plain', typeof value);
  }
  assert.equal(plainCopy(cyclic), 'not-plain');
});

test('nothing is larger than 256 KiB, however it is made', () => {
  const sparse: unknown[] = [];
  sparse.length = 2 ** 30;
  assert.equal(plainCopy('x'.repeat(maximumWeight + 1)), 'too-large');
  assert.equal(plainCopy({ ['x'.repeat(maximumWeight)]: 1 }), 'too-large');
  assert.equal(plainCopy(Array.from({ length: 40_000 }, () => 0)), 'too-large');
  assert.equal(plainCopy(sparse), 'too-large');
  assert.equal(typeof plainCopy('x'.repeat(200_000)), 'object');
});
