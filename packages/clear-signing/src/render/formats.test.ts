import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEther } from 'viem';
import { address, contract, other, sender, shown, type sources, text, usdc } from '../support.ts';

// Every field format of the specification, by its own examples where it has some.

test('raw: each type in its natural representation', async () => {
  const raw = { format: 'raw' };
  assert.equal(await text('uint256', 1000n, raw), '1000');
  assert.equal(await text('int256', -5n, raw), '-5');
  assert.equal(await text('bool', true, raw), 'true');
  assert.equal(await text('string', 'Ledger', raw), 'Ledger');
  assert.equal(await text('bytes', '0x123456789A', raw), '0x123456789a');
  assert.equal(await text('bytes4', '0xdeadbeef', raw), '0xdeadbeef');
  assert.equal(await text('address', usdc.toLowerCase(), raw), usdc);
  assert.equal(await text('uint256', 7n, {}), '7', 'and where no format is given');
});

test('amount: in the chain’s own currency; raw and marked where the chain is not known', async () => {
  assert.equal(await text('uint256', 0x2c1c986f1c48000n, { format: 'amount' }), '0.19866144 ETH');
  const [field] = await shown('uint256', 5n, { format: 'amount' }, {}, { chain: async () => null });
  assert.deepEqual([field?.value, field?.warnings], ['5', ['unknown-chain']]);
});

test('tokenAmount: by the token’s decimals and ticker', async () => {
  const field = { format: 'tokenAmount', params: { token: usdc } };
  const [amount] = await shown('uint256', 1_500_000n, field);
  assert.deepEqual([amount?.value, amount?.token], ['1.5 USDC', usdc]);
  assert.equal(await text('uint256', 0n, field), '0 USDC');
});

test('tokenAmount: a token nobody knows, or none at all, leaves the number raw and says so', async () => {
  for (const params of [{ token: other }, {}, { token: 'USDC' }, { tokenPath: 'nothing' }]) {
    const [field] = await shown('uint256', 1_500_000n, { format: 'tokenAmount', params });
    assert.deepEqual([field?.value, field?.warnings], ['1500000', ['unknown-token']]);
  }
  const [field] = await shown(
    'uint256',
    7n,
    { format: 'tokenAmount', params: { token: usdc } },
    {},
    {
      token: async () => ({ name: 'Evil', symbol: 'EVIL', decimals: -1 }),
    },
  );
  assert.deepEqual([field?.value, field?.warnings], ['7', ['unknown-token']]);
});

test('tokenAmount: from the threshold on, a message stands for the number', async () => {
  const params = { token: usdc, threshold: '0xFFFFFFFF' };
  assert.equal(await text('uint256', 0xffffffffn, { format: 'tokenAmount', params }), 'Unlimited USDC');
  assert.equal(await text('uint256', 0xfffffffen, { format: 'tokenAmount', params }), '4294.967294 USDC');
  const max = { ...params, threshold: '$.metadata.constants.max', message: 'Max' };
  const metadata = { metadata: { constants: { max: '100' } } };
  assert.equal(await text('uint256', 100n, { format: 'tokenAmount', params: max }, metadata), 'Max USDC');
});

test('tokenAmount: an address that stands for the chain’s own currency is none of a token', async () => {
  const metadata = { metadata: { constants: { eth: address('e') } } };
  for (const nativeCurrencyAddress of [
    address('e'),
    [other, address('E')],
    '$.metadata.constants.eth',
    ['$.metadata.constants.eth'],
  ]) {
    const params = { token: '$.metadata.constants.eth', nativeCurrencyAddress };
    const [field] = await shown('uint256', 2_000_000_000_000_000n, { format: 'tokenAmount', params }, metadata);
    assert.deepEqual([field?.value, field?.token], ['0.002 ETH', undefined]);
    const capped = { ...params, threshold: '0x1' };
    assert.equal(await text('uint256', 2n, { format: 'tokenAmount', params: capped }, metadata), 'Unlimited ETH');
  }
});

test('tokenAmount and tokenTicker: of another chain where the descriptor says so, of none where that is not to be found', async () => {
  const params = { token: usdc, chainId: 10 };
  assert.equal(await text('uint256', 1n, { format: 'tokenAmount', params }), '0.000001 USDC.e');
  assert.equal(
    await text('uint256', 10n, { format: 'tokenAmount', params: { token: usdc, chainIdPath: 'x' } }),
    '0.00001 USDC.e',
  );
  assert.equal(await text('uint256', 10n, { format: 'tokenAmount', params: { token: usdc, chainIdPath: 'y' } }), '10');
  assert.equal(await text('address', usdc, { format: 'tokenTicker', params: { chainId: 10 } }), 'USDC.e');
});

test('tokenAmount: the called token’s own metadata, where the contract has none', async () => {
  const metadata = { metadata: { token: { ticker: 'STABLE', name: 'Example Stablecoin', decimals: 2 } } };
  assert.equal(
    await text('uint256', 150n, { format: 'tokenAmount', params: { tokenPath: '@.to' } }, metadata),
    '1.5 STABLE',
  );
  assert.equal(await text('uint256', 150n, { format: 'tokenAmount', params: { token: other } }, metadata), '150');
});

test('nftName: the collection and the number', async () => {
  const field = { format: 'nftName', params: { collection: other } };
  const known = { collectionName: async () => 'BoredApeYachtClub' };
  assert.equal(await text('uint256', 1036n, field, {}, known), 'BoredApeYachtClub #1036');
  const [unknown] = await shown('uint256', 1036n, field);
  assert.deepEqual([unknown?.value, unknown?.warnings], ['1036', ['unknown-collection']]);
  assert.equal(
    await text('uint256', 1036n, { format: 'nftName', params: { collectionPath: '@.to' } }, {}, known),
    'BoredApeYachtClub #1036',
  );
});

test('date: a time, a block’s time, or a number where there is none', async () => {
  const timestamp = { format: 'date', params: { encoding: 'timestamp' } };
  assert.equal(await text('uint256', 1709191632n, timestamp), '2024-02-29 07:27:12Z');
  assert.equal(await text('uint48', 281474976710655, timestamp), '281474976710655');
  const block = { format: 'date', params: { encoding: 'blockheight' } };
  assert.equal(
    await text('uint256', 19332140n, block, {}, { blockTime: async () => 1709197235 }),
    '2024-02-29 09:00:35Z',
  );
  const [unknown] = await shown('uint256', 19332140n, block);
  assert.deepEqual([unknown?.value, unknown?.warnings], ['19332140', ['unknown-block']]);
});

test('duration and unit', async () => {
  assert.equal(await text('uint256', 8250n, { format: 'duration' }), '02:17:30');
  assert.equal(await text('uint256', 10n, { format: 'unit', params: { base: 'h' } }), '10h');
  assert.equal(await text('uint256', 15n, { format: 'unit', params: { base: 'd', decimals: 1 } }), '1.5d');
  assert.equal(await text('uint256', 36000n, { format: 'unit', params: { base: 's', prefix: true } }), '36ks');
  assert.equal(await text('uint256', 3000n, { format: 'unit', params: { base: '%', decimals: 4 } }), '0.3%');
});

test('enum: the descriptor’s words, whatever type the value has', async () => {
  const field = { format: 'enum', params: { $ref: '$.metadata.enums.words' } };
  const words = { '2': 'variable', True: 'Grant all', '0xdeadbeef': 'Beef' };
  const metadata = { metadata: { enums: { words } } };
  assert.equal(await text('uint8', 2, field, metadata), 'variable');
  assert.equal(await text('bool', true, field, metadata), 'Grant all');
  assert.equal(await text('bytes4', '0xdeadbeef', field, metadata), 'Beef');
  const [unknown] = await shown('uint8', 3, field, metadata);
  assert.deepEqual([unknown?.value, unknown?.warnings], ['3', ['unknown-value']]);
  const [inherited] = await shown('string', 'constructor', field, metadata);
  assert.deepEqual([inherited?.value, inherited?.warnings], ['constructor', ['unknown-value']]);
});

test('chainId: the chain’s name', async () => {
  assert.equal(await text('uint256', 1n, { format: 'chainId' }), 'Ethereum Mainnet');
  const [unknown] = await shown('uint256', 2n ** 255n, { format: 'chainId' });
  assert.deepEqual([unknown?.warnings], [['unknown-chain']]);
});

test('addressName: only by the sources that the descriptor names, in their order, with the address beside it', async () => {
  const names = { local: 'Alice', ens: 'vitalik.eth' } as Record<string, string>;
  const addressName = async (_chainId: number, _address: string, source: string) =>
    names[source] === undefined ? null : { name: names[source], matches: null };
  const say = (params: object) => shown('address', usdc, { format: 'addressName', params }, {}, { addressName });
  assert.equal((await say({ sources: ['ens', 'local'] }))[0]?.value, 'vitalik.eth');
  assert.equal((await say({ sources: ['local'] }))[0]?.value, 'Alice');
  assert.equal((await say({}))[0]?.value, 'Alice');
  assert.equal((await say({ sources: ['other'] }))[0]?.value, usdc);
  assert.deepEqual((await say({}))[0], { label: 'X', format: 'addressName', value: 'Alice', address: usdc });
});

test('addressName: a name of the wrong kind of account is no name', async () => {
  const addressName = async (_c: number, _a: string, _s: string, types: readonly string[]) => ({
    name: 'Trusted contract',
    matches: types.includes('contract'),
  });
  const say = (types: string[]) =>
    shown('address', usdc, { format: 'addressName', params: { types, sources: ['local'] } }, {}, { addressName });
  assert.equal((await say(['contract']))[0]?.value, 'Trusted contract');
  const [field] = await say(['eoa']);
  assert.deepEqual([field?.value, field?.warnings], [usdc, ['wrong-address-type']]);
});

test('addressName: an address that stands for the sender says so, and carries the sender’s own', async () => {
  for (const senderAddress of [address('0'), [other, address('0')]]) {
    const [field] = await shown('address', address('0'), { format: 'addressName', params: { senderAddress } });
    assert.deepEqual([field?.value, field?.address], ['Sender', sender]);
  }
  assert.equal(await text('address', usdc, { format: 'addressName', params: { senderAddress: address('0') } }), usdc);
});

test('addressName: a packed address is its last 20 bytes', async () => {
  assert.equal(await text('uint256', (5n << 160n) | BigInt(usdc), { format: 'addressName' }), usdc);
  assert.equal(await text('bytes32', `0x${'0'.repeat(24)}${usdc.slice(2)}`, { format: 'addressName' }), usdc);
});

test('interoperableAddressName: the address on its chain, by a trusted name where there is one', async () => {
  const bytes = '0x00010000010114d8da6bf26964af9d7eed9e03e53415d37aa96045';
  const field = { format: 'interoperableAddressName' };
  assert.equal(await text('bytes', bytes, field), '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045@eip155:1#4CA88C9C');
  const addressName = async () => ({ name: 'vitalik.eth', matches: true });
  assert.equal(await text('bytes', bytes, field, {}, { addressName }), 'vitalik.eth@eip155:1#4CA88C9C');
  const params = { senderAddress: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' };
  assert.equal(await text('bytes', bytes, { ...field, params }), 'Sender');
  const [wrong] = await shown('bytes', '0x1234', field);
  assert.deepEqual([wrong?.value, wrong?.warnings], ['0x1234', ['wrong-format']]);
});

test('a format that does not fit the value, or that nobody knows, shows it raw and says so', async () => {
  const misfits: [string, unknown, object][] = [
    ['string', 'x', { format: 'amount' }],
    ['string', 'x', { format: 'tokenAmount', params: { token: usdc } }],
    ['bool', true, { format: 'date', params: { encoding: 'timestamp' } }],
    ['uint256', 5n, { format: 'date', params: { encoding: 'moon' } }],
    ['uint8', 5, { format: 'addressName' }],
    ['string', 'x', { format: 'duration' }],
    ['uint256', 5n, { format: 'unit' }],
    ['uint256', 5n, { format: 'enum', params: { $ref: '$.metadata.enums.none' } }],
    ['uint256', 5n, { format: 'calldata', params: { callee: contract } }],
    ['uint256', 5n, { format: 'number' }],
  ];
  for (const [type, value, field] of misfits) {
    const [line] = await shown(type, value, { ...field });
    assert.deepEqual([line?.value, line?.warnings], [String(value), ['wrong-format']], JSON.stringify(field));
  }
});

test('a source that fails is a source that does not know', async () => {
  const token = () => Promise.reject(new Error('offline'));
  assert.equal(await text('uint256', 5n, { format: 'tokenAmount', params: { token: usdc } }, {}, { token }), '5');
});

test('text by strangers can not turn the line around', async () => {
  const token = async () => ({ name: '', symbol: 'U\u202eSD', decimals: 0 });
  assert.equal(
    await text('uint256', 5n, { format: 'tokenAmount', params: { token: usdc } }, {}, { token }),
    '5 U\\u{202e}SD',
  );
});

test('an encrypted value is decrypted first, or stands as its label beside the handle', async () => {
  const encryption = { scheme: 'fhevm', plaintextType: 'uint64', fallbackLabel: '[Encrypted Amount]' };
  const field = { format: 'tokenAmount', params: { token: usdc }, encryption };
  const handle = `0x${'ab'.repeat(32)}`;
  const [hidden] = await shown('bytes32', handle, field);
  assert.deepEqual(hidden, {
    label: 'X',
    format: 'tokenAmount',
    value: '[Encrypted Amount]',
    encrypted: handle,
    warnings: ['encrypted'],
  });
  const asked: unknown[] = [];
  const decrypt: typeof sources.decrypt = async (question) => {
    asked.push(question);
    return `0x${(1_500_000).toString(16).padStart(64, '0')}`;
  };
  const [open] = await shown('bytes32', handle, field, {}, { decrypt });
  assert.deepEqual([open?.value, open?.encrypted, open?.warnings], ['1.5 USDC', handle, undefined]);
  assert.deepEqual(asked, [{ chainId: 1, contract, scheme: 'fhevm', plaintextType: 'uint64', handle }]);
  const [unlabelled] = await shown('bytes32', handle, { encryption: { scheme: 'fhevm' } }, {}, { decrypt });
  assert.equal(unlabelled?.value, '[Encrypted]', 'a plaintext of no known type is not guessed at');
  const [broken] = await shown('bytes32', handle, field, {}, { decrypt: async () => '0xff' });
  assert.equal(broken?.value, '[Encrypted Amount]');
});

test('a literal stands for itself, or for the constant it names', async () => {
  const metadata = { metadata: { constants: { ticker: 'kUSDC', cap: String(parseEther('1')) } } };
  const value = async (literal: unknown, format = 'raw', params = {}) =>
    (await shown('bool', true, { path: undefined, value: literal, format, params }, metadata))[0]?.value;
  assert.equal(await value('Just words'), 'Just words');
  assert.equal(await value('$.metadata.constants.ticker'), 'kUSDC');
  assert.equal(await value(3000, 'unit', { base: 'bps' }), '3000bps');
  assert.equal(await value('$.metadata.constants.cap', 'amount'), '1 ETH');
  assert.equal(await value(true), 'true');
});
