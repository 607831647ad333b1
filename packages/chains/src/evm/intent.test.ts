import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describe } from './describe.ts';
import { IntentError } from './errors.ts';
import { messageFromJson, transactionFromJson, typedDataFromJson } from './fromJson.ts';
import { digest, parseIntent } from './intent.ts';

/** Runs `attempt`; anything thrown but an IntentError is a crash that an attacker could cause. */
function onlyIntentErrors(attempt: () => unknown): void {
  try {
    attempt();
  } catch (error) {
    assert.ok(error instanceof IntentError, String(error));
    assert.ok(error.message.length < 300, 'a message must not carry the input along');
  }
}

const samples: unknown[] = [
  transactionFromJson({ chainId: 1, nonce: 0, gasPrice: 1, gas: 1, to: `0x${'11'.repeat(20)}` }).intent,
  transactionFromJson({
    chainId: 1,
    nonce: 0,
    gasPrice: 1,
    gas: 1,
    accessList: [{ address: `0x${'11'.repeat(20)}`, storageKeys: [`0x${'22'.repeat(32)}`] }],
  }).intent,
  transactionFromJson({ chainId: 1, nonce: 0, maxFeePerGas: 1, maxPriorityFeePerGas: 1, gas: 1 }).intent,
  messageFromJson('hello'),
  typedDataFromJson({
    types: {
      A: [
        { name: 'b', type: 'B[2]' },
        { name: 's', type: 'string' },
      ],
      B: [
        { name: 'x', type: 'int8' },
        { name: 'y', type: 'bytes' },
      ],
    },
    primaryType: 'A',
    domain: { name: 'd', chainId: 1 },
    message: {
      b: [
        { x: 1, y: '0x' },
        { x: -1, y: '0x01' },
      ],
      s: '',
    },
  }),
];

const anything = fc.anything({
  withBigInt: true,
  withMap: true,
  withTypedArray: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
});

test('a parsed intent parses to itself', () => {
  for (const sample of samples) assert.deepEqual(parseIntent(sample), sample);
});

test('whatever comes in, parsing ends in an intent or an IntentError', () => {
  fc.assert(
    fc.property(anything, (value) => onlyIntentErrors(() => digest(parseIntent(value)))),
    { seed: 1, numRuns: 1_000 },
  );
});

test('an intent with anything at any place of it ends in an intent or an IntentError', () => {
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.infiniteStream(fc.nat()), anything, (sample, choices, value) => {
      const mutated = replaceSomewhere(sample, choices, value);
      onlyIntentErrors(() => {
        const intent = parseIntent(mutated);
        digest(intent);
        describe(intent);
      });
    }),
    { seed: 1, numRuns: 3_000 },
  );
});

test('JSON with anything at any place of it ends in an intent or an IntentError', () => {
  const json = fc.record(
    {
      type: anything,
      chainId: anything,
      nonce: anything,
      gas: anything,
      to: anything,
      data: anything,
      accessList: anything,
      maxFeePerGas: anything,
      types: fc.oneof(
        anything,
        fc.dictionary(fc.string(), fc.array(fc.record({ name: fc.string(), type: fc.string() }))),
      ),
      primaryType: fc.oneof(anything, fc.string()),
      domain: fc.oneof(anything, fc.dictionary(fc.string(), anything)),
      message: anything,
      raw: anything,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(json, (value) => {
      for (const read of [transactionFromJson, messageFromJson, typedDataFromJson]) onlyIntentErrors(() => read(value));
    }),
    { seed: 1, numRuns: 1_000 },
  );
});

/** A copy of `target` with `value` in place of something in it, chosen by walking down. */
function replaceSomewhere(target: unknown, choices: Iterator<number>, value: unknown): unknown {
  const choice = choices.next().value ?? 0;
  if (choice % 4 === 0 || typeof target !== 'object' || target === null || target instanceof Uint8Array) return value;
  const keys = Object.keys(target);
  const key = keys[choice % keys.length] ?? 'extra';
  const inner = replaceSomewhere((target as Record<string, unknown>)[key], choices, value);
  return Array.isArray(target)
    ? Object.assign([...target], { [Number(key) || 0]: inner })
    : { ...target, [key]: inner };
}

test('what is not an intent is refused as such', () => {
  class Intent {
    type = 'evm-message';
    message = new Uint8Array();
  }
  const values = [
    null,
    'evm-message',
    [],
    {},
    { type: 'evm-hash', hash: new Uint8Array(32) },
    new Map([['type', 'evm-message']]),
  ];
  for (const value of [...values, new Intent(), { __proto__: { type: 'evm-message', message: new Uint8Array() } }]) {
    assert.throws(() => parseIntent(value), { code: 'intent-malformed' });
  }
  assert.throws(() => parseIntent({ type: 'evm-message' }), { code: 'field-missing' });
  assert.throws(() => parseIntent({ type: 'evm-message', message: 'hi' }), { code: 'field-invalid' });
  assert.throws(() => parseIntent({ type: 'evm-message', message: new Uint8Array(), digest: 1 }), {
    code: 'field-unknown',
  });
});
