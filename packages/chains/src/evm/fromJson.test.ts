import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transaction } from 'ethers';
import { toHex } from './bytes.ts';
import { transactionFromJson } from './fromJson.ts';
import { digest } from './intent.ts';

const to = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const base = { chainId: 1, nonce: 7, gas: 21_000, to };
const fees = { maxFeePerGas: 30, maxPriorityFeePerGas: 2 };
const transactionOf = (json: unknown) => {
  const { intent } = transactionFromJson(json);
  return intent.type === 'evm-transaction' ? intent.transaction : assert.fail();
};

test('the type may be a number, hex, a name, or follow from the fees', () => {
  const list = { accessList: [] };
  for (const type of [2, '2', '0x2', 'eip1559', 2n, undefined, null]) {
    assert.equal(transactionOf({ ...base, ...fees, type }).transactionType, 2);
  }
  for (const type of [1, '0x01', 'eip2930'])
    assert.equal(transactionOf({ ...base, gasPrice: 1, type }).transactionType, 1);
  assert.equal(transactionOf({ ...base, ...list, gasPrice: 1 }).transactionType, 1);
  for (const type of [0, '0x0', 'legacy', undefined]) {
    assert.equal(transactionOf({ ...base, gasPrice: 1, type }).transactionType, 0);
  }
});

test('fees that fit no type, or two, are not decided for the person', () => {
  assert.throws(() => transactionFromJson(base), { code: 'field-missing' });
  assert.throws(() => transactionFromJson({ ...base, ...fees, gasPrice: 1 }), { code: 'field-missing' });
  assert.throws(() => transactionFromJson({ ...base, ...fees, gasPrice: 1, type: 2 }), { code: 'field-unknown' });
  assert.throws(() => transactionFromJson({ ...base, ...fees, gasPrice: 1, type: 0 }), { code: 'field-unknown' });
  assert.throws(() => transactionFromJson({ ...base, gasPrice: 1, accessList: [], type: 0 }), {
    code: 'field-unknown',
  });
  assert.throws(() => transactionFromJson({ ...base, maxFeePerGas: 1 }), { code: 'field-missing' });
});

test('only to, data, value and accessList may be absent', () => {
  const { to: _, ...creation } = base;
  assert.deepEqual(transactionOf({ ...creation, ...fees }), {
    transactionType: 2,
    chainId: 1n,
    nonce: 7n,
    gas: 21_000n,
    to: null,
    value: 0n,
    data: new Uint8Array(),
    maxFeePerGas: 30n,
    maxPriorityFeePerGas: 2n,
    accessList: [],
  });
  for (const field of ['chainId', 'nonce', 'gas']) {
    assert.throws(() => transactionFromJson({ ...base, ...fees, [field]: null }), { code: 'field-missing' }, field);
  }
});

test('a quantity is one integer in every notation, and nothing else is', () => {
  const forms = [21_000, '21000', '0x5208', 21_000n, { type: 'BigNumber', hex: '0x5208' }];
  for (const gas of forms) assert.equal(transactionOf({ ...base, ...fees, gas }).gas, 21_000n);
  const wrong = [
    '',
    '0x',
    ' 1',
    '1.0',
    '1e3',
    '+1',
    '0b1',
    '-0x1',
    1.5,
    2 ** 53,
    Number.NaN,
    true,
    [],
    {},
    '9'.repeat(99),
  ];
  for (const gas of [...wrong, -1, '-1']) {
    assert.throws(() => transactionFromJson({ ...base, ...fees, gas }), { code: 'field-invalid' }, JSON.stringify(gas));
  }
});

test('two names of one field must agree', () => {
  const both = { ...base, ...fees, gasLimit: '0x5208', data: '0xAB', input: '0xab' };
  assert.deepEqual(transactionOf(both).data, Uint8Array.of(0xab));
  assert.throws(() => transactionFromJson({ ...both, gasLimit: 1 }), { code: 'field-invalid' });
  assert.throws(() => transactionFromJson({ ...both, input: '0xac' }), { code: 'field-invalid' });
});

test('an access list reads the same in all its forms, the map as ethers orders it', () => {
  const a = `0x${'aa'.repeat(20)}`;
  const b = `0x${'1b'.repeat(20)}`;
  const [k1, k2] = [`0x${'01'.repeat(32)}`, `0x${'fe'.repeat(32)}`] as const;
  const forms = [
    [
      { address: b, storageKeys: [] },
      { address: a, storageKeys: [k1, k2] },
    ],
    [
      [b, []],
      [a, [k1, k2]],
    ],
    { [a]: [k2, k1, k2], [b]: [] },
  ];
  for (const accessList of forms) {
    const { intent } = transactionFromJson({ ...base, ...fees, accessList });
    const { gas: gasLimit, ...rest } = base;
    const expected = Transaction.from({ ...rest, ...fees, type: 2, gasLimit, accessList: accessList as [] });
    assert.equal(toHex(digest(intent)), expected.unsignedHash);
  }
  const wrong = ['0x', [[a]], [[a, [k1], 1]], [{ address: a, storageKeys: ['0x01'] }], [5], { [a]: 'k' }, [[a, 'k']]];
  for (const accessList of wrong) {
    assert.throws(() => transactionFromJson({ ...base, ...fees, accessList }), { code: 'field-invalid' });
  }
  assert.throws(() => transactionFromJson({ ...base, ...fees, accessList: [{ address: a }] }), {
    code: 'field-missing',
  });
  const surplus = [{ address: a, storageKeys: [], x: 1 }];
  assert.throws(() => transactionFromJson({ ...base, ...fees, accessList: surplus }), { code: 'field-unknown' });
});

test('the sender is handed back, for the caller to compare', () => {
  assert.equal(transactionFromJson({ ...base, ...fees }).from, null);
  assert.equal(toHex(transactionFromJson({ ...base, ...fees, from: to }).from ?? assert.fail()), to.toLowerCase());
  assert.throws(() => transactionFromJson({ ...base, ...fees, from: to.replace('a', 'A') }), {
    code: 'address-checksum',
  });
});

test('what ethers prints of an unsigned transaction reads back', () => {
  const { gas: gasLimit, ...rest } = base;
  const transaction = Transaction.from({ ...rest, ...fees, type: 2, gasLimit, value: 10n ** 18n });
  const { intent } = transactionFromJson(JSON.parse(JSON.stringify(transaction)));
  assert.equal(toHex(digest(intent)), transaction.unsignedHash);
});

test('blobs, authorizations and unknown types are refused by name, never dropped', () => {
  const code = 'transaction-type-unsupported';
  for (const field of ['blobs', 'blobVersionedHashes', 'maxFeePerBlobGas', 'sidecars']) {
    assert.throws(() => transactionFromJson({ ...base, ...fees, [field]: [] }), { code, message: /EIP-4844/ });
  }
  assert.throws(() => transactionFromJson({ ...base, ...fees, authorizationList: [] }), { code, message: /EIP-7702/ });
  for (const type of [3, '0x3', 'eip4844']) {
    assert.throws(() => transactionFromJson({ ...base, ...fees, type }), { code, message: /type 3 \(EIP-4844/ });
  }
  for (const type of [4, 'eip7702', 5, 126, 'deposit', -1, {}]) {
    assert.throws(() => transactionFromJson({ ...base, ...fees, type }), { code });
  }
});

test('a field that would not be signed is refused', () => {
  for (const field of ['r', 'v', 'sig', 'account', 'gasprice', 'toString']) {
    assert.throws(() => transactionFromJson({ ...base, ...fees, [field]: '0x1' }), { code: 'field-unknown' }, field);
  }
});
