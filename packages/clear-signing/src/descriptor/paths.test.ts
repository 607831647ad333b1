import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawText, type Value } from '../abi/value.ts';
import { ClearSigningError } from '../errors.ts';
import { parsePath, spellPath } from './path.ts';
import { elements, select } from './select.ts';

const bytes = (text: string): Value => ({ kind: 'bytes', value: Uint8Array.from(text, (c) => c.charCodeAt(0)) });
const number = (value: bigint): Value => ({ kind: 'uint', bits: 256, value });
const list = (...items: Value[]): Value => ({ kind: 'array', items });
const struct = (members: Record<string, Value>): Value => ({
  kind: 'tuple',
  members: new Map(Object.entries(members)),
});

const data = struct({
  params: struct({ path: bytes('0123456789'), amountIn: number(258n) }),
  details: list(
    struct({ token: bytes('A'), amounts: list(number(1n), number(2n)) }),
    struct({ token: bytes('B'), amounts: list(number(3n)) }),
  ),
});

function at(path: string): string[] | null {
  const found = select({ value: data, at: [] }, parsePath(path).steps);
  return found?.flatMap(elements).map(({ value, at }) => `${at.join('.')}:${rawText(value)}`) ?? null;
}

test('names, places and slices lead to what the specification says', () => {
  assert.deepEqual(at('params.amountIn'), [':258']);
  assert.deepEqual(at('#.params.path.[0:2]'), [':0x3031']);
  assert.deepEqual(at('params.path.[:2]'), at('params.path.[0:2]'));
  assert.deepEqual(at('params.path.[-2:]'), [':0x3839']);
  assert.deepEqual(at('params.path.[3]'), [':0x33']);
  assert.deepEqual(at('params.amountIn.[-2:]'), [':0x0102']);
  assert.deepEqual(at('details.[-1].token'), [':0x42']);
  assert.deepEqual(at('details[0].token'), [':0x41']);
  assert.deepEqual(at('details.[].token'), ['0:0x41', '1:0x42']);
  assert.deepEqual(at('details.[1:].token'), ['0:0x42']);
  assert.deepEqual(at('details.[].amounts.[]'), ['0.0:1', '0.1:2', '1.0:3']);
  assert.deepEqual(at('details.[].amounts'), at('details.[].amounts.[]'));
});

test('a path that leads nowhere is never taken for one that leads to nothing', () => {
  const nowhere = ['nothing', 'params.path.x', 'details.[2].token', 'details.[-3].token', 'details.[].amounts.[1]'];
  for (const path of [
    ...nowhere,
    'params.path.[0:11]',
    'params.path.[8:2]',
    'params.[0]',
    'constructor',
    '__proto__.x',
  ]) {
    assert.equal(at(path), null, path);
  }
});

test('what is no path is refused', () => {
  const wrong = [
    'a..b',
    'a.[1:2:3]',
    'a.[x]',
    'a.*',
    '$[?(@.x)]',
    'a.[',
    '..',
    '.',
    'a b',
    `a${'.a'.repeat(99)}`,
    'a.[9999999]',
  ];
  for (const path of wrong) assert.throws(() => parsePath(path), { code: 'descriptor-invalid' }, path);
});

test('any text is a path or is refused; a path reads the same once spelt', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'#$@.[]:-0123ab'.split('')) }), (text) => {
      try {
        const path = parsePath(text);
        assert.deepEqual(parsePath(spellPath(path)).steps, path.steps);
      } catch (error) {
        assert.ok(error instanceof ClearSigningError);
      }
    }),
    { seed: 1, numRuns: 2000 },
  );
});
