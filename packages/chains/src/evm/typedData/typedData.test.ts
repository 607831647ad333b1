import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTests } from '@ethersproject/testcases';
import { SigningKey, TypedDataEncoder } from 'ethers';
import fc, { type GeneratorValue } from 'fast-check';
import { hashTypedData } from 'viem';
import { toChecksumAddress } from '../address.ts';
import { assemble } from '../assemble.ts';
import { concat, fromHex, toHex } from '../bytes.ts';
import { typedDataFromJson } from '../fromJson.ts';
import { digest, parseIntent } from '../intent.ts';

interface Field {
  name: string;
  type: string;
}
interface Json {
  types: Record<string, Field[]>;
  primaryType: string;
  domain: Record<string, unknown>;
  message: Record<string, unknown>;
}

const hash = (json: unknown) => toHex(digest(typedDataFromJson(json)));
const byViem = (json: Json) => hashTypedData(json as Parameters<typeof hashTypedData>[0]);
function byEthers({ types, domain, message }: Json): string {
  const { EIP712Domain: _, ...own } = types;
  return TypedDataEncoder.hash(domain, own, message);
}

const f = (type: string, name: string): Field => ({ name, type });
const mail: Json = {
  types: {
    EIP712Domain: [
      f('string', 'name'),
      f('string', 'version'),
      f('uint256', 'chainId'),
      f('address', 'verifyingContract'),
    ],
    Person: [f('string', 'name'), f('address', 'wallet')],
    Mail: [f('Person', 'from'), f('Person', 'to'), f('string', 'contents')],
  },
  primaryType: 'Mail',
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 1,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
  message: {
    from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
    to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
    contents: 'Hello, Bob!',
  },
};

test('the Mail of EIP-712 has its published digest, with EIP712Domain among its types and without', () => {
  const published = '0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2';
  const { EIP712Domain: _, ...types } = mail.types;
  assert.equal(hash(mail), published);
  assert.equal(hash({ ...mail, types }), published);
});

interface Vector extends Omit<Json, 'message'> {
  name: string;
  data: Record<string, unknown>;
  digest: string;
  privateKey?: string;
  signature?: string;
}

test('every published typed-data vector has its digest, and its signature where one is given', () => {
  const vectors = loadTests<Vector[]>('eip712');
  assert.equal(vectors.length, 1_025);
  for (const { name, types, primaryType, domain, data, digest: expected, privateKey, signature } of vectors) {
    const intent = typedDataFromJson({ types, primaryType, domain, message: data });
    assert.equal(toHex(digest(intent)), expected, name);
    if (privateKey === undefined) continue;
    const { r, s, yParity } = new SigningKey(privateKey).sign(digest(intent));
    const compact = concat(fromHex(r) ?? assert.fail(), fromHex(s) ?? assert.fail());
    assert.equal(toHex(assemble(intent, { compact, recovery: yParity }).signature), signature);
  }
});

const atoms = [
  'bool',
  'address',
  'bytes',
  'string',
  'bytes1',
  'bytes17',
  'bytes32',
  'uint8',
  'uint64',
  'uint256',
  'int8',
  'int256',
];

/** Random types without circles (ethers refuses them), every one reached from the first (it refuses unused ones). */
function randomTypes(g: GeneratorValue): Record<string, Field[]> {
  const names = ['Root', 'b', 'Alpha', '_x$1'].slice(0, g(fc.integer, { min: 1, max: 4 }));
  const suffix = () => g(() => fc.array(fc.constantFrom('[]', '[1]', '[2]'), { maxLength: 2 })).join('');
  return Object.fromEntries(
    names.map((name, index) => {
      const later = names.slice(index + 1);
      const drawn = g(() => fc.array(fc.constantFrom(...atoms, ...later), { minLength: 1, maxLength: 4 }));
      const next = later[0];
      const bases = next === undefined ? drawn : [...drawn, next];
      return [name, bases.map((base, i) => f(base + suffix(), `m${i}`))];
    }),
  );
}

function randomValue(g: GeneratorValue, types: Record<string, Field[]>, type: string): unknown {
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array) {
    const length = array[2] ? Number(array[2]) : g(fc.nat, { max: 2 });
    return Array.from({ length }, () => randomValue(g, types, array[1] ?? ''));
  }
  const struct = types[type];
  if (struct) return Object.fromEntries(struct.map((m) => [m.name, randomValue(g, types, m.type)]));
  if (type === 'bool') return g(fc.boolean);
  if (type === 'string') return g(fc.string, { unit: 'grapheme' });
  const bytes = (length: number) => g(fc.uint8Array, { minLength: length, maxLength: length });
  if (type === 'address') return g(fc.boolean) ? toChecksumAddress(bytes(20)) : toHex(bytes(20));
  if (type === 'bytes') return toHex(g(fc.uint8Array, { maxLength: 40 }));
  const size = Number(/\d+/.exec(type)?.[0]);
  if (type.startsWith('bytes')) return toHex(bytes(size));
  const signed = type.startsWith('int');
  const bits = BigInt(signed ? size - 1 : size);
  const value = g(fc.bigInt, signed ? -(2n ** bits) : 0n, 2n ** bits - 1n);
  const notations = [value, String(value), ...(value < 0n ? [] : [`0x${value.toString(16)}`])];
  return g(() => fc.constantFrom<bigint | string | number>(...notations, ...(size === 8 ? [Number(value)] : [])));
}

function randomDomain(g: GeneratorValue): Record<string, unknown> {
  const all = {
    name: g(fc.string),
    version: '1',
    chainId: g(() => fc.constantFrom<number | string | bigint>(1, '137', 2n ** 60n)),
    verifyingContract: `0x${'c0'.repeat(20)}`,
    salt: `0x${'5a'.repeat(32)}`,
  };
  return Object.fromEntries(Object.entries(all).filter(() => g(fc.boolean)));
}

test('any typed data is hashed as viem and as ethers hash it', () => {
  fc.assert(
    fc.property(fc.gen(), (g) => {
      const types = randomTypes(g);
      const message = randomValue(g, types, 'Root') as Record<string, unknown>;
      const json = { types, primaryType: 'Root', domain: randomDomain(g), message };
      const ours = hash(json);
      assert.equal(ours, byViem(json));
      assert.equal(ours, byEthers(json));
      const intent = typedDataFromJson(json);
      assert.deepEqual(parseIntent(intent), intent);
    }),
    { seed: 1, numRuns: 400 },
  );
});

/** `Root` with one member of `type`, whose value is `value`. */
const one = (type: string, value: unknown, more: Record<string, Field[]> = {}): Json => ({
  types: { Root: [f(type, 'v')], ...more },
  primaryType: 'Root',
  domain: {},
  message: { v: value },
});
const invalid = { code: 'typed-data-invalid' };

const oddTexts = (
  ` 1|1 |0|1|007|-0|-1|0x|0x0|0x1|0x01|0x00ff|0X1f|-0x1|1n|1e3|0b1|0o7|+5||\ud800|é|e\u0301|\0` +
  `|0x${'ab'.repeat(20)}|0x${'AB'.repeat(20)}|${'ab'.repeat(20)}|0x${'00'.repeat(32)}`
).split('|');
const oddNumbers = [0, -0, 1, -1, 255, 256, 1.5, 2 ** 53, 1e21, Number.NaN, 0n, -1n, 2n ** 255n, 2n ** 256n - 1n];
const oddLists = [[], [1], ['0x01'], [[1]], [null], new Uint8Array(), new Uint8Array(20), new Uint8Array(32)];
const odd: unknown[] = [...oddTexts, ...oddNumbers, ...oddLists, {}, { a: 1 }, true, false, null, undefined];

/** Null where the oracle refuses. */
function attempt(oracle: (json: Json) => string, json: Json): string | null {
  try {
    return oracle(json);
  } catch {
    return null;
  }
}

test('what is accepted in an odd notation never has another digest than viem or ethers give it', () => {
  const types = [
    ...atoms,
    'uint',
    'uint7',
    'bytes0',
    'uint8[]',
    'uint8[1]',
    'uint8[0]',
    'uint8[01]',
    'bytes[][1]',
    'string[]',
    'S',
    'S[]',
  ];
  const value = fc.constantFrom(...odd);
  const domain = fc.record(
    { name: value, version: value, chainId: value, verifyingContract: value, salt: value, x: value },
    { requiredKeys: [] },
  );
  const root = fc.record({
    type: fc.constantFrom(...types),
    value,
    domain: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, domain),
  });
  let accepted = 0;
  fc.assert(
    fc.property(root, ({ type, value, domain }) => {
      const json = { ...one(type, value, type.startsWith('S') ? { S: [f('uint8', 'a')] } : {}), domain };
      const ours = attempt(hash, json);
      if (ours === null) return;
      accepted += 1;
      for (const theirs of [attempt(byViem, json), attempt(byEthers, json)])
        if (theirs !== null) assert.equal(ours, theirs);
    }),
    { seed: 1, numRuns: 2_000 },
  );
  assert.ok(accepted > 100);
});

test('types in circles are hashed as viem does, where the data ends', () => {
  const tree = { Tree: [f('uint8', 'leaf'), f('Tree[]', 'children')] };
  const json = one('Tree', { leaf: 1, children: [{ leaf: 2, children: [] }] }, tree);
  assert.equal(hash(json), byViem(json));
});

test('an EIP712Domain that is given is used as it is given', () => {
  const types = { ...mail.types, EIP712Domain: [f('address', 'verifyingContract'), f('string', 'name')] };
  const { name, verifyingContract } = mail.domain;
  const json = { ...mail, types, domain: { name, verifyingContract } };
  assert.equal(hash(json), byViem(json));
  assert.notEqual(hash(json), byEthers(json));
});

test('a domain with a value that EIP712Domain does not sign is refused, since wallets disagree about it', () => {
  const types = { ...mail.types, EIP712Domain: [f('string', 'name')] };
  assert.notEqual(byViem({ ...mail, types }), byEthers({ ...mail, types }));
  assert.throws(() => typedDataFromJson({ ...mail, types }), { ...invalid, message: /^domain\./ });
  const { EIP712Domain: _, ...rest } = mail.types;
  assert.throws(() => typedDataFromJson({ ...mail, types: rest, domain: { ...mail.domain, chain: 1 } }), invalid);
});

test('what the types do not name is not signed, left behind by JSON and refused in the carried form', () => {
  const json = { ...mail, message: { ...mail.message, memo: 'unsigned' } };
  assert.equal(hash(json), hash(mail));
  const intent = typedDataFromJson(json);
  assert.deepEqual(intent, typedDataFromJson(mail));
  const typedData = intent.type === 'evm-typed-data' ? intent.typedData : assert.fail();
  const carry = (change: object) => parseIntent({ type: 'evm-typed-data', typedData: { ...typedData, ...change } });
  assert.doesNotThrow(() => carry({}));
  assert.throws(() => carry({ message: { ...typedData.message, memo: 'unsigned' } }), invalid);
  assert.throws(() => carry({ domain: { ...typedData.domain, salt: new Uint8Array(32) } }), invalid);
  assert.throws(() => carry({ types: { Mail: typedData.types.Mail } }), invalid);
  const indexed = { ...typedData.types, Person: typedData.types.Person?.map((field) => ({ ...field, indexed: true })) };
  assert.throws(() => carry({ types: indexed }), invalid);
  assert.throws(() => carry({ extra: 1 }), { code: 'field-unknown' });
});

test('a value that is missing, null or of another type is refused, with its place', () => {
  const from = { name: 'Cow' };
  assert.throws(() => hash({ ...mail, message: { ...mail.message, from } }), {
    ...invalid,
    message: /message\.from\.wallet: missing/,
  });
  for (const value of [null, undefined, 'x', [], 5])
    assert.throws(() => hash({ ...mail, message: { ...mail.message, from: value } }), invalid);
  const wrong: [string, unknown][] = [
    ['uint8', 256],
    ['uint8', -1],
    ['int8', 128],
    ['int8', '-129'],
    ['uint256', 2n ** 256n],
    ['int256', 2n ** 255n],
    ['uint8', ''],
    ['uint8', ' 1'],
    ['uint8', '0b1'],
    ['uint8', '1.0'],
    ['uint8', 1.5],
    ['uint256', 2 ** 53],
    ['uint8', true],
    ['uint8', null],
    ['bool', 1],
    ['bool', 'true'],
    ['string', 5],
    ['string', '\ud800'],
    ['bytes', '0x1'],
    ['bytes', 'text'],
    ['bytes', [1]],
    ['bytes4', '0x000000'],
    ['bytes4', '0x0000000000'],
    ['address', `0x${'11'.repeat(19)}`],
    ['address', 5],
    ['uint8[]', {}],
    ['uint8[]', { length: 0 }],
    ['uint8[2]', [1]],
    ['uint8[2][]', [[1, 2], [1]]],
  ];
  for (const [type, value] of wrong) assert.throws(() => hash(one(type, value)), invalid, `${type} ${String(value)}`);
  const mistyped = '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8Dd826';
  assert.throws(() => hash(one('address', mistyped)), { code: 'address-checksum' });
});

test('types that wallets read in different ways are refused', () => {
  for (const type of [
    'int',
    'uint',
    'uint7',
    'uint08',
    'uint264',
    'int0',
    'bytes0',
    'bytes33',
    'byte',
    'function',
    'Missing',
    '',
    'uint8[',
    'uint8[01]',
    'uint8[-1]',
    '[]',
    'uint8[]x',
    ' uint8',
    'toString',
    `uint8${'[]'.repeat(400)}`,
  ]) {
    assert.throws(() => hash(one(type, 1)), invalid, type);
  }
  for (const name of [
    'uint8',
    'uint',
    'bytes',
    'bytes33',
    'address',
    'string',
    'bool',
    'A[]',
    'A(uint8 x)B',
    'A B',
    '',
    'Ä',
  ]) {
    assert.throws(() => hash(one('uint8', 1, { [name]: [f('uint8', 'x')] })), invalid, name);
  }
  for (const name of ['', 'a b', 'a,uint8 b', 'a)B(', 'a[]', '__proto__', 'a\u200b']) {
    assert.throws(() => hash(one('uint8', 1, { Other: [f('uint8', name)] })), invalid, name);
  }
  assert.throws(() => hash(one('uint8', 1, { Twice: [f('uint8', 'x'), f('bool', 'x')] })), invalid);
  for (const primaryType of ['EIP712Domain', 'Missing', 'toString', 5])
    assert.throws(() => hash({ ...mail, primaryType }), invalid);
});

test('types, primaryType, domain and message must all be there', () => {
  for (const field of Object.keys(mail))
    assert.throws(() => hash({ ...mail, [field]: undefined }), { code: 'field-missing' });
});

test('members may be named like what every object has', () => {
  const types = { Root: [f('uint8', 'constructor'), f('uint8', 'toString')] };
  const json = { types, primaryType: 'Root', domain: {}, message: { constructor: 1, toString: 2 } } as unknown as Json;
  assert.equal(hash(json), byViem(json));
  assert.throws(() => hash({ ...json, message: {} }), invalid);
});

test('data too deep or too large is refused before it costs time', () => {
  const chain = { Link: [f('Link[]', 'next')] };
  const nest = (depth: number): unknown => (depth === 0 ? { next: [] } : { next: [nest(depth - 1)] });
  assert.doesNotThrow(() => hash(one('Link', nest(14), chain)));
  assert.throws(() => hash(one('Link', nest(17), chain)), invalid);
  assert.throws(() => hash(one('Link', nest(1_000), chain)), invalid);
  assert.doesNotThrow(() =>
    hash(
      one(
        'bool[]',
        Array.from({ length: 19_000 }, () => true),
      ),
    ),
  );
  assert.throws(
    () =>
      hash(
        one(
          'bool[]',
          Array.from({ length: 20_001 }, () => true),
        ),
      ),
    invalid,
  );
  // Every type names every other: each type string would hold them all.
  const names = Array.from({ length: 250 }, (_, index) => `T${index}`);
  const web = Object.fromEntries(names.map((name, i) => [name, [f(`${names[(i + 1) % 250]}[]`, 'x'.repeat(180))]]));
  const all = { Root: names.map((name) => f(name, `m${name}`)), ...web };
  const message = Object.fromEntries(names.map((name) => [`m${name}`, { ['x'.repeat(180)]: [] }]));
  assert.throws(() => hash({ types: all, primaryType: 'Root', domain: {}, message }), {
    ...invalid,
    message: /too large/,
  });
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`T${index}`, []]));
  assert.throws(() => hash(one('bool', true, many)), invalid);
});
