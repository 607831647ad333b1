import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJsonStrict } from './parseJson.ts';

test('integers keep every digit', () => {
  assert.deepEqual(parseJsonStrict('[0, -0, -7, 9007199254740991, 9007199254740992, -9007199254740993]'), [
    0,
    0,
    -7,
    9007199254740991,
    9007199254740992n,
    -9007199254740993n,
  ]);
  assert.equal(parseJsonStrict(String(2n ** 256n - 1n)), 2n ** 256n - 1n);
});

test('whatever JSON.stringify prints without fractions reads back', () => {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      text,
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    map: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }));
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
      assert.deepEqual(parseJsonStrict(JSON.stringify(json, null, indent)), json);
    }),
    { seed: 1, numRuns: 300 },
  );
});

const text = fc.string({ unit: 'binary' });

test('text that two readers could read in two ways is refused', () => {
  const refused = [
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":{}}',
    '{"\\u005f_proto__":{}}',
    '"\\ud800"',
    '"\ud800"',
    '{"\\udc00":1}',
    '0.1',
    '1.0',
    '1e400',
    '1e3',
    '01',
    '-',
    '+1',
    '0x10',
    'NaN',
    'Infinity',
    '9'.repeat(81),
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "'a'",
    '"a\nb"',
    '"\\x"',
    '"open',
    '"open\\"',
    '[1',
    '{"a"',
    '{"a":',
    '1 2',
    'truefalse',
    'true1',
    'nul',
    '',
    ' ',
    '\ufeff1',
    '\u00a01',
    '// no\n1',
  ];
  for (const json of refused) assert.throws(() => parseJsonStrict(json), { code: 'json-invalid' }, json);
});

test('depth and length are bounded', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.doesNotThrow(() => parseJsonStrict(nested(64)));
  assert.throws(() => parseJsonStrict(nested(66)), { code: 'json-invalid' });
  assert.throws(() => parseJsonStrict('['.repeat(1_000_000)), { code: 'json-invalid' });
  assert.throws(() => parseJsonStrict(nested(3), { maxDepth: 1 }), { code: 'json-invalid' });
  assert.throws(() => parseJsonStrict('[1, 2]', { maxLength: 5 }), { code: 'json-invalid' });
});

test('any text ends in a value that JSON.parse gives too, or in json-invalid', () => {
  const noise = fc.array(
    fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'u', '0', '1', '-', 'true', 'null', ' ', 'é'),
  );
  fc.assert(
    fc.property(noise, (parts) => {
      const json = parts.join('');
      let value: unknown;
      try {
        value = parseJsonStrict(json);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'json-invalid');
        return;
      }
      assert.deepEqual(
        value,
        JSON.parse(json, (_, item) => (Object.is(item, -0) ? 0 : item)),
      );
    }),
    { seed: 1, numRuns: 2_000 },
  );
});
