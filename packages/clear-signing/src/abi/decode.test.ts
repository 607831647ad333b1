import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AbiParameter, encodeAbiParameters } from 'viem';
import { fromHex, toHex } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { limits } from '../limits.ts';
import { decodeArguments } from './decode.ts';
import { parseFragment } from './fragment.ts';
import type { AbiType } from './types.ts';
import { canonical } from './types.ts';
import { rawText, type Value } from './value.ts';

const word = (value: bigint | number): string => BigInt(value).toString(16).padStart(64, '0');

function decode(types: string, ...words: string[]): Map<string, Value> {
  return decodeArguments(parseFragment(`f(${types})`).inputs, fromHex(`0x${words.join('')}`) ?? new Uint8Array(0));
}

function refuses(code: string, types: string, ...words: string[]): void {
  assert.throws(() => decode(types, ...words), { name: 'ClearSigningError', code }, types);
}

// A type and a value of it, as viem takes them and as rawText shows them.
interface Sample {
  type: AbiType;
  value: unknown;
  said: string;
}

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((n) => ({
    type: { kind: 'uint' as const, bits: 256 },
    value: n,
    said: String(n),
  })),
  fc
    .integer({ min: -128, max: 127 })
    .map((n) => ({ type: { kind: 'int' as const, bits: 8 }, value: n, said: String(n) })),
  fc.boolean().map((b) => ({ type: { kind: 'bool' as const }, value: b, said: String(b) })),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) => ({ type: { kind: 'string' as const }, value: s, said: s })),
  fc.uint8Array({ maxLength: 70 }).map((b) => ({
    type: { kind: 'bytes' as const, size: null },
    value: toHex(b),
    said: toHex(b),
  })),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((b) => ({
    type: { kind: 'bytes' as const, size: 4 },
    value: toHex(b),
    said: toHex(b),
  })),
);

const sample: fc.Arbitrary<Sample> = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('sample'), { minLength: 1, maxLength: 3 }).map(asTuple),
    fc.tuple(tie('sample'), fc.integer({ min: 0, max: 3 })).map(([item, length]) => asArray(item, length, null)),
    fc.tuple(tie('sample'), fc.integer({ min: 1, max: 3 })).map(([item, length]) => asArray(item, length, length)),
  ),
})).sample;

function asTuple(members: Sample[]): Sample {
  return {
    type: { kind: 'tuple', name: '', members: members.map(({ type }, i) => ({ name: `m${i}`, type })) },
    value: Object.fromEntries(members.map(({ value }, i) => [`m${i}`, value])),
    said: `(${members.map(({ said }, i) => `m${i}: ${said}`).join(', ')})`,
  };
}

function asArray(item: Sample, length: number, fixed: number | null): Sample {
  return {
    type: { kind: 'array', item: item.type, length: fixed },
    value: Array.from({ length }, () => item.value),
    said: `[${Array.from({ length }, () => item.said).join(', ')}]`,
  };
}

function parameter(type: AbiType, name: string): AbiParameter {
  if (type.kind === 'array') {
    const item = parameter(type.item, name);
    return { ...item, type: `${item.type}[${type.length ?? ''}]` };
  }
  if (type.kind === 'tuple') {
    return { type: 'tuple', name, components: type.members.map((member) => parameter(member.type, member.name)) };
  }
  return { type: canonical(type), name };
}

test('what another encoder encodes is decoded to the same values', () => {
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 4 }), (samples) => {
      const inputs = samples.map(({ type }, i) => ({ name: `p${i}`, type }));
      const data = encodeAbiParameters(
        inputs.map(({ type, name }) => parameter(type, name)),
        samples.map(({ value }) => value),
      );
      const decoded = decodeArguments(inputs, fromHex(data) ?? new Uint8Array(0));
      assert.deepEqual(
        [...decoded.values()].map(rawText),
        samples.map(({ said }) => said),
      );
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('any bytes end in values or in an error of a known code, never in anything else', () => {
  const types = [
    'uint8[] a,string b',
    '(bytes x,(uint256[2][] y,address z)[] w) a',
    'string[][] a,bytes[3] b',
    'bool a,int16 b',
  ];
  const words = fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 512n }), fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })), {
    maxLength: 24,
  });
  fc.assert(
    fc.property(fc.constantFrom(...types), words, (type, data) => {
      try {
        decode(type, ...data.map(word));
      } catch (error) {
        assert.ok(error instanceof ClearSigningError, String(error));
      }
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('data that ends early is refused, at every length', () => {
  const whole = [word(64), word(7), word(2), word(1), word(2)].join('');
  assert.equal(decode('uint256[] a,uint256 b', whole).size, 2);
  for (let bytes = 0; bytes < whole.length / 2; bytes++) {
    refuses('calldata-malformed', 'uint256[] a,uint256 b', whole.slice(0, 2 * bytes));
  }
});

test('bytes after the arguments are left alone', () => {
  assert.equal(decode('bool a', word(1), word(9), 'ab').size, 1);
});

test('a value outside its type is refused, even where a contract might mask it', () => {
  refuses('calldata-malformed', 'address a', word(1n << 160n));
  refuses('calldata-malformed', 'bool a', word(2));
  refuses('calldata-malformed', 'uint8 a', word(256));
  refuses('calldata-malformed', 'int8 a', word(128));
  refuses('calldata-malformed', 'bytes4 a', `${'ab'.repeat(5)}${'00'.repeat(27)}`);
  refuses('calldata-malformed', 'string a', word(32), word(1), 'ff'.padEnd(64, '0'));
  assert.equal(rawText(decode('int8 a', 'f'.repeat(64)).get('a') ?? assert.fail()), '-1');
});

test('offsets and lengths beyond the data are refused before anything is allocated', () => {
  refuses('calldata-malformed', 'bytes a', word(2n ** 256n - 1n));
  refuses('calldata-malformed', 'bytes a', word(32), word(2n ** 64n));
  refuses('calldata-malformed', 'uint256[] a', word(32), word(2n ** 53n));
  refuses('calldata-malformed', 'uint256[] a', word(32), word(64));
  refuses('calldata-malformed', 'string[] a', word(32), word(40));
});

test('offsets that point at one another over and over end quickly', () => {
  // Every element of every level is the same array again: 20 to the power of the depth, were it followed.
  const width = 20;
  const levels = Array.from({ length: 8 }, (_, level) => [
    word(width),
    ...Array.from({ length: width }, () => word(level === 7 ? 0 : 32 * width)),
  ]);
  const started = performance.now();
  refuses('too-large', `uint256${'[]'.repeat(9)} a`, word(32), ...levels.flat());
  assert.ok(performance.now() - started < 5000);
});

test('arrays that share one tail unfold only as far as their own size allows', () => {
  const count = 2000;
  const data = [word(32), word(count), ...Array.from({ length: count }, () => word(32 * count)), word(count)];
  const started = performance.now();
  refuses('too-large', 'uint256[][] a', ...data, ...Array.from({ length: count }, () => word(1)));
  assert.ok(performance.now() - started < 5000);
});

test('more calldata than a node accepts is refused', () => {
  const inputs = parseFragment('f(bytes a)').inputs;
  assert.throws(() => decodeArguments(inputs, new Uint8Array(limits.dataBytes + 1)), { code: 'too-large' });
});
