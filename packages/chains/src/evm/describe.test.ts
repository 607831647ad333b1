import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe } from './describe.ts';
import { messageFromJson, transactionFromJson, typedDataFromJson } from './fromJson.ts';

const to = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const base = { chainId: 31337, nonce: 3, gas: 21_000, maxFeePerGas: 2_000_000_000, maxPriorityFeePerGas: 1 };
const transaction = (fields: object) => describe(transactionFromJson({ ...base, ...fields }).intent);

test('a transfer names amount, receiver, chain and the most it can cost', () => {
  assert.deepEqual(transaction({ to, value: '50000000000000000' }), {
    title: `Send 0.05 ETH to ${to} on chain 31337`,
    lines: ['Fee: at most 0.000042 ETH (21000 gas)', 'Nonce: 3'],
  });
  assert.match(transaction({ to, value: 1 }).title, /^Send 0\.000000000000000001 ETH /);
  assert.match(transaction({ to, value: '1200000000000000000000' }).title, /^Send 1200 ETH /);
});

test('a call and a contract creation say that they are not decoded', () => {
  assert.equal(
    transaction({ to, data: '0xa9059cbb00' }).lines[0],
    'Data: 5 bytes, function 0xa9059cbb, not decoded: what the call does is not known',
  );
  const creation = transaction({ data: '0x6000' });
  assert.equal(creation.title, 'Create a contract with 0 ETH on chain 31337');
  assert.equal(creation.lines[0], 'Code: 2 bytes, not decoded: what the contract will do is not known');
});

test('a message cannot move the cursor, hide or reorder what is read', () => {
  const message = 'Hello\n\u001b[2Jworld\u202egnorw\u200b\r\u2028é 猫';
  assert.deepEqual(describe(messageFromJson(message)), {
    title: 'Sign a message',
    lines: ['Hello', '\\u{1b}[2Jworld\\u{202e}gnorw\\u{200b}\\u{d}\\u{2028}é 猫'],
  });
  assert.deepEqual(describe(messageFromJson({ raw: '0xff00' })), {
    title: 'Sign a message that is not text',
    lines: ['0xff00'],
  });
});

test('typed data is shown value by value, the domain first', () => {
  const intent = typedDataFromJson({
    types: {
      Order: [
        { name: 'items', type: 'Item[]' },
        { name: 'none', type: 'bool[]' },
        { name: 'delta', type: 'int8' },
      ],
      Item: [
        { name: 'owner', type: 'address' },
        { name: 'tag', type: 'bytes2' },
        { name: 'note', type: 'string' },
      ],
    },
    primaryType: 'Order',
    domain: { name: 'Shop', chainId: 1 },
    message: { items: [{ owner: to, tag: '0x0102', note: 'a\u0007' }], none: [], delta: -5 },
  });
  assert.deepEqual(describe(intent), {
    title: 'Sign typed data: Order',
    lines: [
      'domain.name: "Shop"',
      'domain.chainId: 1',
      `message.items[0].owner: ${to}`,
      'message.items[0].tag: 0x0102',
      'message.items[0].note: "a\\u{7}"',
      'message.none: empty list',
      'message.delta: -5',
    ],
  });
});
