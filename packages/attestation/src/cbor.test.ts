import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import fc from 'fast-check';
import { decodeCbor, decodeDefiniteCbor } from './cbor.ts';
import { AttestationError } from './error.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test('definite and indefinite lengths say the same (RFC 8949 appendix A)', () => {
  const pairs = [
    ['a2 6161 01 6162 820203', 'bf 6161 01 6162 9f0203ff ff'],
    ['44 01020304', '5f 42 0102 42 0304 ff'],
    ['69 73747265616d696e67', '7f 65 7374726561 64 6d696e67 ff'],
    ['40', '5f ff'],
    ['80', '9f ff'],
    ['a0', 'bf ff'],
    ['82 44 01020304 f6', '9f 5f 41 01 43 020304 ff f6 ff'],
  ] as const;
  for (const [definite, indefinite] of pairs) assert.deepEqual(decodeCbor(hex(indefinite)), decodeCbor(hex(definite)));
});

const REFUSED = {
  nothing: '',
  'trailing bytes': '01 00',
  'a float': 'f9 3c00',
  'a double': 'fb 3ff0000000000000',
  undefined: 'f7',
  'a tag': 'c1 01',
  'COSE tag inside': '81 d2 40',
  'duplicate text keys': 'a2 6161 01 6161 02',
  'duplicate integer keys': 'a2 01 01 01 02',
  'duplicate keys of indefinite length': 'bf 6161 01 7f 6161 ff 02 ff',
  'an integer longer than necessary': '18 01',
  'a length longer than necessary': '58 01 00',
  'an integer beyond 2^53': '1b 0020000000000000',
  'a break alone': 'ff',
  'a break in a definite array': '82 01 ff',
  'a break in place of a value': 'bf 01 ff',
  'a break in place of a value, and one more': 'bf 01 ff ff',
  'breaks in place of values, nested': '9f bf 01 ff ff ff',
  'a break as a value of a definite map': 'a1 01 ff',
  'no break': '9f 01',
  'no break in a string': '5f 41 01',
  'a chunk of another type': '5f 61 61 ff',
  'a chunk of indefinite length': '5f 5f 41 01 ff ff',
  'a truncated string': '44 01',
  'an array without its items': '9a 00ffffff',
  'a reserved length': '1c',
  'nesting over eight': `${'81'.repeat(9)} 01`,
  'nesting of maps over eight': `${'a101'.repeat(9)} 01`,
  'nesting of 16,000': `${'9f'.repeat(16_000)}`,
};

for (const [what, text] of Object.entries(REFUSED)) {
  test(`${what}: refused`, () => {
    assert.throws(() => decodeCbor(hex(text)), { code: 'malformed' });
  });
}

test('nesting of eight is accepted, and siblings do not add up', () => {
  decodeCbor(hex(`${'81'.repeat(8)} 01`));
  decodeCbor(hex(`98 20 ${'81a0'.repeat(32)}`));
});

test('decoding inverts encoding', () => {
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.uint8Array({ maxLength: 40 }), fc.constant(null), fc.boolean());
  const key = fc.oneof(fc.integer(), fc.string());
  const { item } = fc.letrec((tie) => ({
    item: fc.oneof(
      { depthSize: 'small', maxDepth: 5 },
      leaf,
      fc.array(tie('item'), { maxLength: 5 }),
      fc.array(fc.tuple(key, tie('item')), { maxLength: 5 }).map((entries) => new Map(entries)),
    ),
  }));
  const law = fc.property(item, (value) => assert.deepEqual(decodeCbor(new Uint8Array(encode(value))), value));
  fc.assert(law, { seed: 1, numRuns: 300 });
});

test('random bytes decode or are refused, nothing else', () => {
  const law = fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    try {
      decodeCbor(new Uint8Array(bytes));
    } catch (error) {
      assert.ok(error instanceof AttestationError);
    }
  });
  fc.assert(law, { seed: 1, numRuns: 3000 });
});

test('a reader of definite lengths takes those, and refuses indefinite ones wherever they stand', () => {
  for (const text of [
    'a2 6161 01 6162 820203',
    '44 01020304',
    '60',
    '80',
    '3a 7fffffff',
    `58 20${'1f'.repeat(32)}`,
    'f6',
  ]) {
    assert.deepEqual(decodeDefiniteCbor(hex(text)), decodeCbor(hex(text)));
  }
  for (const text of [
    'bf ff',
    '9f ff',
    '5f ff',
    '7f ff',
    '81 9f ff',
    'a1 01 5f 41 02 ff',
    '81 bf 01 7f 61 61 ff ff',
    'ff',
    '1f',
    '',
  ]) {
    assert.throws(() => decodeDefiniteCbor(hex(text)), { name: 'AttestationError', code: 'malformed' });
  }
});
