import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EvmTransaction, parseAddress, typedDataFromJson } from '@symbolon/chains/evm';
import { fromHex } from '@symbolon/crypto';
import { encodeAbiParameters, encodeFunctionData, erc20Abi, parseAbi } from 'viem';
import { account } from '../testing/asking.ts';
import { fakeChain, refused } from '../testing/chain.ts';
import type { Described } from './clear.ts';
import { explainer } from './explain.ts';

const token = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const other = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const most = 2n ** 256n - 1n;
const nft = parseAbi(['function setApprovalForAll(address,bool)']);

function setting(described: Described | null = null) {
  const chain = fakeChain();
  chain.answers['eth_call'] = ([call]) => {
    const { data } = call as { data: string };
    if (data === '0x313ce567') return encodeAbiParameters([{ type: 'uint8' }], [6]);
    return encodeAbiParameters([{ type: 'string' }], ['USDX\u202e']);
  };
  const circumstances = {
    origin: 'https://app.example',
    registered: true,
    address: account.address,
    chain: chain.chain,
    sentBefore: async () => true,
  };
  const words = explainer(
    async () => described,
    () => 0,
  );
  const transaction = (data: string, to: string | null = token, value = 0n): EvmTransaction => ({
    transactionType: 2,
    chainId: 31_337n,
    nonce: 0n,
    gas: 100_000n,
    to: to === null ? null : parseAddress(to),
    value,
    data: fromHex(data.slice(2)),
    maxFeePerGas: 1_000_000_000n,
    maxPriorityFeePerGas: 1n,
    accessList: [],
  });
  const explain = (data: string, to?: string | null, value?: bigint) =>
    words.transaction(transaction(data, to, value), circumstances, null);
  return { chain, explain, words, circumstances };
}

const erc20 = (functionName: 'approve' | 'transfer', amount: bigint) =>
  encodeFunctionData({ abi: erc20Abi, functionName, args: [other, amount] });
const whats = ({ warnings }: { warnings: { what: string }[] }) => warnings.map(({ what }) => what);

describe('a call of a token', () => {
  it('is told in its own units, by a name that can do no harm', async () => {
    const { sentence } = await setting().explain(erc20('transfer', 1_500_000n));
    assert.deepEqual(sentence.kind === 'token-send' && sentence.amount, { text: '1.5', symbol: 'USDX\\u{202…' });
  });

  it('that allows without limit is a danger, with a limit none, and zero takes it back', async () => {
    const { explain } = setting();
    const unlimited = await explain(erc20('approve', most));
    assert.ok(whats(unlimited).includes('unlimited-allowance'));
    assert.equal(unlimited.sentence.kind === 'token-allow' && unlimited.sentence.amount, null);
    assert.ok(!whats(await explain(erc20('approve', 5n))).includes('unlimited-allowance'));
    assert.equal((await explain(erc20('approve', 0n))).sentence.kind, 'token-disallow');
  });

  it('that is of a collection names the one item: number 0 is no taking back, and a large number no lack of a limit', async () => {
    const { chain, explain } = setting();
    chain.answers['eth_call'] = ([call]) => {
      const { data } = call as { data: string };
      if (data === '0x313ce567') throw refused('there are no decimals');
      if (data.startsWith('0x01ffc9a780ac58cd')) return encodeAbiParameters([{ type: 'bool' }], [true]);
      return encodeAbiParameters([{ type: 'string' }], ['ART']);
    };
    const collection = { address: token, name: 'ART' };
    const spender = { address: other, name: null };
    for (const [id, text] of [
      [0n, '#0'],
      [most, `#${most}`],
    ] as const) {
      const { sentence, warnings } = await explain(erc20('approve', id));
      assert.deepEqual(sentence, { kind: 'item-allow', item: { text, symbol: 'ART' }, collection, spender });
      assert.deepEqual(
        warnings.filter(({ level }) => level === 'danger'),
        [],
      );
    }
    const nobody = erc20('approve', 7n).replace(other.slice(2).toLowerCase(), '0'.repeat(40));
    const item = { text: '#7', symbol: 'ART' };
    assert.deepEqual((await explain(nobody)).sentence, { kind: 'item-disallow', item, collection });
    const { sentence } = await explain(erc20('transfer', 7n));
    assert.deepEqual(sentence.kind === 'token-send' && sentence.amount, item);
  });

  it('that gives away a whole collection is a danger', async () => {
    const { explain } = setting();
    const all = encodeFunctionData({ abi: nft, args: [other, true] });
    assert.ok(whats(await explain(all)).includes('allow-all'));
    const none = encodeFunctionData({ abi: nft, args: [other, false] });
    assert.equal((await explain(none)).sentence.kind, 'disallow-all');
  });

  it('that is not encoded as it says is an unknown call', async () => {
    const { explain } = setting();
    const padded = `${erc20('transfer', 1n)}00`;
    const dirty = erc20('transfer', 1n).replace('a9059cbb00', 'a9059cbb01');
    for (const data of [padded, dirty, '0xa9059cbb', '0xdeadbeef']) {
      const said = await explain(data);
      assert.equal(said.sentence.kind, 'unknown-call', data);
      assert.ok(whats(said).includes('unknown-call'));
    }
  });
});

describe('balance changes', () => {
  const topic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
  const word = (address: string) => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
  const log = (address: string, from: string, to: string, amount: bigint) => ({
    address,
    topics: [topic, word(from), word(to)],
    data: `0x${amount.toString(16).padStart(64, '0')}`,
  });

  it('are the net of all transfers that the chain reports', async () => {
    const { chain, explain } = setting();
    const currency = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee';
    const logs = [
      log(currency, account.address, token, 10n ** 18n),
      log(token, other, account.address, 3_000_000n),
      log(token, account.address, other, 1_000_000n),
      log(token, other, token, 9n),
    ];
    chain.answers['eth_simulateV1'] = () => [{ calls: [{ status: '0x1', logs }] }];
    const { changes } = await explain('0xdeadbeef', token, 10n ** 18n);
    assert.deepEqual(
      changes?.map(({ direction, amount }) => [direction, amount.text]),
      [
        ['out', '1'],
        ['in', '2'],
      ],
    );
  });

  it('that the chain cannot tell are said to be unknown; a failure is a danger', async () => {
    const { chain, explain } = setting();
    const blind = await explain('0xdeadbeef');
    assert.equal(blind.changes, null);
    assert.ok(whats(blind).includes('not-simulated'));
    chain.answers['eth_simulateV1'] = () => [{ calls: [{ status: '0x0', error: { message: 'execution reverted' } }] }];
    assert.ok(whats(await explain('0xdeadbeef')).includes('will-fail'));
    chain.answers['eth_simulateV1'] = () => 'nonsense';
    assert.equal((await explain('0xdeadbeef')).changes, null);
    chain.answers['eth_simulateV1'] = () => {
      throw refused('method not found');
    };
    assert.equal((await explain('0xdeadbeef')).changes, null);
  });
});

describe('typed data', () => {
  const read = (json: unknown) => {
    const intent = typedDataFromJson(json);
    assert.equal(intent.type, 'evm-typed-data');
    return intent.type === 'evm-typed-data' ? intent.typedData : assert.fail();
  };
  const domain = { name: 'USDX', version: '1', chainId: 31337, verifyingContract: token };
  const permit = (value: string) => ({
    domain,
    primaryType: 'Permit',
    types: {
      Permit: ['owner', 'spender']
        .map((name) => ({ name, type: 'address' }))
        .concat(['value', 'nonce', 'deadline'].map((name) => ({ name, type: 'uint256' }))),
    },
    message: { owner: account.address, spender: other, value, nonce: '0', deadline: '1800000000' },
  });

  it('that lets somebody take tokens is told as that, and is a danger', async () => {
    const { words, circumstances } = setting();
    const said = await words.typedData(read(permit('1500000')), circumstances);
    assert.equal(said.sentence.kind === 'permit' && said.sentence.amount?.text, '1.5');
    assert.equal(said.sentence.kind === 'permit' && said.sentence.until, 1_800_000_000_000);
    assert.deepEqual(whats(said), ['permit']);
    const unlimited = await words.typedData(read(permit(most.toString())), circumstances);
    assert.deepEqual(whats(unlimited), ['permit', 'unlimited-allowance']);
  });

  it('of Permit2 is a permit too', async () => {
    const { words, circumstances } = setting();
    const details = { token, amount: (2n ** 160n - 1n).toString(), expiration: '1800000000', nonce: '0' };
    const said = await words.typedData(
      read({
        domain: { name: 'Permit2', chainId: 31337, verifyingContract: other },
        primaryType: 'PermitSingle',
        types: {
          PermitSingle: [
            { name: 'details', type: 'PermitDetails' },
            { name: 'spender', type: 'address' },
            { name: 'sigDeadline', type: 'uint256' },
          ],
          PermitDetails: [
            { name: 'token', type: 'address' },
            { name: 'amount', type: 'uint160' },
            { name: 'expiration', type: 'uint48' },
            { name: 'nonce', type: 'uint48' },
          ],
        },
        message: { details, spender: other, sigDeadline: '1800000000' },
      }),
      circumstances,
    );
    assert.equal(said.sentence.kind, 'permit');
    assert.deepEqual(whats(said), ['permit', 'unlimited-allowance']);
  });

  it('that nobody describes shows every member as it is signed', async () => {
    const { words, circumstances } = setting();
    const types = {
      Mail: [
        { name: 'to', type: 'address' },
        { name: 'lines', type: 'string[]' },
      ],
    };
    const json = { domain, primaryType: 'Mail', types, message: { to: other, lines: ['<b>hi</b>', '\u202e'] } };
    const { fields, sentence } = await words.typedData(read(json), circumstances);
    assert.deepEqual(sentence, { kind: 'typed-data', primaryType: 'Mail', domain: 'USDX' });
    const values = fields.map(({ value }) => value);
    for (const value of [other, '<b>hi</b>', '\\u{202e}']) assert.ok(values.includes(value), value);
  });
});

describe('a descriptor', () => {
  const described: Described = {
    sentence: { kind: 'described', intent: 'Swap', owner: 'Exchange' },
    detail: 'Swap 1 A for 2 B',
    fields: [{ label: 'Amount', value: '1 A' }],
    complete: true,
  };

  it('gives its words where the wallet has none, and takes no danger away where it has', async () => {
    const swap = await setting(described).explain('0xdeadbeef');
    assert.deepEqual([swap.sentence, swap.detail], [described.sentence, 'Swap 1 A for 2 B']);
    assert.ok(!whats(swap).includes('unknown-call'));
    const approval = await setting(described).explain(erc20('approve', most));
    assert.equal(approval.sentence.kind, 'token-allow');
    assert.ok(whats(approval).includes('unlimited-allowance'));
  });

  it('that could not say every value is not taken for the whole', async () => {
    const partly = await setting({ ...described, complete: false }).explain('0xdeadbeef');
    assert.ok(whats(partly).includes('not-decoded'));
  });
});
