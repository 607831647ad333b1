import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTests } from '@ethersproject/testcases';
import { Signature, SigningKey, Transaction } from 'ethers';
import fc from 'fast-check';
import { type Hex, serializeTransaction } from 'viem';
import { toChecksumAddress } from './address.ts';
import { assemble } from './assemble.ts';
import { concat, fromHex, toHex } from './bytes.ts';
import { transactionFromJson } from './fromJson.ts';
import { digest, type EvmIntent, parseIntent } from './intent.ts';

/** Signs as a wallet does, with the key of a vector. */
function sign(intent: EvmIntent, privateKey: string) {
  const { r, s, yParity } = new SigningKey(privateKey).sign(digest(intent));
  const compact = concat(fromHex(r) ?? assert.fail(), fromHex(s) ?? assert.fail());
  return { ...assemble(intent, { compact, recovery: yParity }), r: r as Hex, s: s as Hex, yParity };
}

const rawOf = (intent: EvmIntent, privateKey: string) => toHex(sign(intent, privateKey).signed ?? assert.fail());

test('the example of EIP-155 gives its digest and its signed transaction', () => {
  const { intent } = transactionFromJson({
    chainId: 1,
    nonce: 9,
    gasPrice: 20n * 10n ** 9n,
    gas: 21_000,
    to: `0x${'35'.repeat(20)}`,
    value: 10n ** 18n,
  });
  assert.equal(toHex(digest(intent)), '0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53');
  assert.equal(
    rawOf(intent, `0x${'46'.repeat(32)}`),
    `0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83`,
  );
});

interface LegacyVector {
  name: string;
  privateKey: string;
  nonce?: string;
  gasPrice?: string;
  gasLimit?: string;
  to?: string;
  value?: string;
  data?: string;
  unsignedTransactionChainId5: string;
  signedTransactionChainId5: string;
}

test('every published legacy transaction is signed for its chain, and refused without one', () => {
  const vectors = loadTests<LegacyVector[]>('transactions');
  assert.equal(vectors.length, 1_067);
  // The vectors write zero as 0x, and leave it out where everything is blank.
  const number = (hex?: string) => (hex === undefined || hex === '0x' ? 0n : BigInt(hex));
  for (const vector of vectors) {
    const request = {
      type: 0,
      nonce: number(vector.nonce),
      gasPrice: number(vector.gasPrice),
      gasLimit: number(vector.gasLimit),
      value: number(vector.value),
      to: vector.to ?? null,
      data: vector.data ?? '0x',
    };
    const { intent } = transactionFromJson({ ...request, chainId: 5 });
    assert.equal(rawOf(intent, vector.privateKey), vector.signedTransactionChainId5, vector.name);
    for (const unprotected of [request, { ...request, chainId: 0 }]) {
      assert.throws(() => transactionFromJson(unprotected), { code: 'transaction-unprotected' }, vector.name);
    }
  }
});

interface TypedVector {
  name: string;
  key: string;
  signed: string;
  tx: Record<string, unknown> & { type: number };
}

test('every complete published EIP-2930 and EIP-1559 transaction is signed; one with a field missing is refused', () => {
  const vectors = loadTests<TypedVector[]>('typed-transactions');
  const required = ['chainId', 'nonce', 'gasLimit'];
  const fees = { 1: ['gasPrice'], 2: ['maxFeePerGas', 'maxPriorityFeePerGas'] } as Record<number, string[]>;
  let signed = 0;
  for (const { name, key, tx, signed: expected } of vectors) {
    const complete = [...required, ...(fees[tx.type] ?? [])].every((field) => tx[field] !== undefined);
    if (complete) {
      assert.equal(rawOf(transactionFromJson(tx).intent, key), expected, name);
      signed += 1;
    } else {
      assert.throws(() => transactionFromJson(tx), { code: 'field-missing' }, name);
    }
  }
  assert.deepEqual([vectors.length, signed], [1_792, 1_072]);
});

const uint = (bits: number) => fc.nat({ max: bits }).chain((width) => fc.bigInt(0n, 2n ** BigInt(width) - 1n));
const addressBytes = fc.uint8Array({ minLength: 20, maxLength: 20 });
const address = addressBytes.map((bytes) => toChecksumAddress(bytes) as Hex);
const hex = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((b) => toHex(b) as Hex);
const accessList = fc.array(fc.record({ address, storageKeys: fc.array(hex(32), { maxLength: 3 }) }), { maxLength: 3 });
const common = {
  chainId: fc.oneof(
    fc.integer({ min: 1, max: 20_000 }),
    fc.maxSafeNat().map((n) => n || 1),
  ),
  nonce: fc.maxSafeNat(),
  gas: uint(64),
  to: fc.option(address),
  value: uint(256),
  data: fc.uint8Array({ maxLength: 120 }).map((b) => toHex(b) as Hex),
};
const request = fc.oneof(
  fc.record({ ...common, type: fc.constant('legacy' as const), gasPrice: uint(256) }),
  fc.record({ ...common, type: fc.constant('eip2930' as const), gasPrice: uint(256), accessList }),
  fc
    .record({ ...common, type: fc.constant('eip1559' as const), low: uint(256), high: uint(256), accessList })
    .map(({ low, high, ...rest }) => ({
      ...rest,
      maxPriorityFeePerGas: low < high ? low : high,
      maxFeePerGas: low < high ? high : low,
    })),
);

test('any transaction is signed as viem and as ethers sign it', () => {
  fc.assert(
    fc.property(request, hex(32), (tx, seed) => {
      const key = `0x0${seed.slice(3, -1)}1`;
      const { intent } = transactionFromJson(tx);
      const { signed, r, s, yParity } = sign(intent, key);
      const { type, gas, ...fields } = tx;
      const forEthers = Transaction.from({
        ...fields,
        gasLimit: gas,
        type: { legacy: 0, eip2930: 1, eip1559: 2 }[type],
      });
      forEthers.signature = Signature.from({ r, s, yParity });
      assert.equal(toHex(digest(intent)), forEthers.unsignedHash);
      assert.equal(toHex(signed ?? assert.fail()), forEthers.serialized);
      const v = BigInt(tx.chainId) * 2n + 35n + BigInt(yParity);
      const signature = type === 'legacy' ? { r, s, v } : { r, s, yParity };
      assert.equal(toHex(signed ?? assert.fail()), serializeTransaction(tx, signature));
    }),
    { seed: 1, numRuns: 300 },
  );
});

const good = {
  transactionType: 2,
  chainId: 1n,
  nonce: 0n,
  maxPriorityFeePerGas: 1n,
  maxFeePerGas: 2n,
  gas: 21_000n,
  to: new Uint8Array(20),
  value: 0n,
  data: new Uint8Array(),
  accessList: [{ address: new Uint8Array(20), storageKeys: [new Uint8Array(32)] }],
};
const parse = (transaction: unknown) => parseIntent({ type: 'evm-transaction', transaction });

test('no field of a transaction is guessed, dropped or taken in another type', () => {
  assert.deepEqual(parse(good), { type: 'evm-transaction', transaction: good });
  for (const field of Object.keys(good)) {
    const { [field]: _, ...rest } = good as Record<string, unknown>;
    assert.throws(() => parse(rest), { code: 'field-missing', message: `transaction.${field} is missing` });
    const code = field === 'transactionType' ? 'transaction-type-unsupported' : 'field-invalid';
    for (const wrong of ['1', 1.5, 2 ** 60, undefined, true, {}, new Uint8Array(19), new Map()]) {
      const fits = field === 'data' && wrong instanceof Uint8Array;
      if (!fits && (wrong !== undefined || field !== 'transactionType'))
        assert.throws(() => parse({ ...good, [field]: wrong }), { code }, field);
    }
  }
  assert.throws(() => parse({ ...good, gasPrice: 1n }), { code: 'field-unknown' });
  assert.throws(() => parse({ ...good, from: good.to }), { code: 'field-unknown' });
});

test('integers beyond their range are refused', () => {
  const beyond = {
    chainId: [0n, 2n ** 53n],
    nonce: [-1n, 2n ** 64n - 1n],
    gas: [-1n, 2n ** 256n],
    value: [-1n, 2n ** 256n],
  };
  for (const [field, values] of Object.entries(beyond)) {
    for (const value of values) assert.throws(() => parse({ ...good, [field]: value }), { code: 'field-invalid' });
  }
  assert.doesNotThrow(() => parse({ ...good, chainId: 2n ** 53n - 1n, nonce: 2n ** 64n - 2n, value: 2n ** 256n - 1n }));
});

test('a priority fee above the whole fee is refused', () => {
  assert.throws(() => parse({ ...good, maxPriorityFeePerGas: 3n }), {
    code: 'field-invalid',
    message: /above maxFeePerGas/,
  });
});

test('transaction types that are not understood are refused by name', () => {
  const message = { 3: /type 3 \(EIP-4844/, 4: /type 4 \(EIP-7702/, 5: /type 5 /, 127: /type 127 / };
  for (const [type, expected] of Object.entries(message)) {
    const expectation = { code: 'transaction-type-unsupported', message: expected };
    assert.throws(() => parse({ ...good, transactionType: Number(type) }), expectation);
  }
});

test('what was checked cannot be changed through the input afterwards', () => {
  const data = Uint8Array.of(1);
  const intent = parse({ ...good, data });
  const before = digest(intent);
  data[0] = 2;
  assert.deepEqual(digest(intent), before);
});

test('a signature that no chain accepts is not laid to a transaction', () => {
  const intent = parse(good);
  const low = concat(new Uint8Array(31), Uint8Array.of(1), new Uint8Array(31), Uint8Array.of(1));
  assert.doesNotThrow(() => assemble(intent, { compact: low, recovery: 0 }));
  const highS = concat(low.subarray(0, 32), new Uint8Array(32).fill(0x80));
  const largeR = concat(new Uint8Array(32).fill(0xff), low.subarray(32));
  for (const compact of [highS, largeR, new Uint8Array(64), low.subarray(1), concat(low, low)]) {
    assert.throws(() => assemble(intent, { compact, recovery: 0 }), { code: 'signature-invalid' });
  }
  assert.throws(() => assemble(intent, { compact: low, recovery: 2 as 0 }), { code: 'signature-invalid' });
});
