import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { IntentError } from '@symbolon/chains/evm';
import { utf8 } from '@symbolon/crypto';
import { hasCode } from './errors.ts';
import { EvmAccount } from './evm.ts';
import { JsonRpc } from './jsonRpc.ts';
import { World } from './testing.ts';

const to = '0x000000000000000000000000000000000000dEaD';
let answers: Record<string, unknown>;
let called: string[];
let account: EvmAccount;

beforeEach(async () => {
  const { client } = new World().device();
  await client.create(['secp256k1']);
  called = [];
  answers = {
    eth_chainId: '0x7a69',
    eth_getTransactionCount: '0x5',
    eth_estimateGas: '0x5208',
    eth_maxPriorityFeePerGas: '0x3',
    eth_getBlockByNumber: { baseFeePerGas: '0xa' },
    eth_sendRawTransaction: '0x00',
  };
  const rpc = new JsonRpc(
    'http://chain.example',
    async ({ body = new Uint8Array() }) => {
      const { method, id } = JSON.parse(new TextDecoder().decode(body));
      called.push(method);
      const result = answers[method];
      const answer =
        result instanceof Error ? { id, error: { message: result.message } } : { id, result: result ?? null };
      return { status: 200, body: utf8(JSON.stringify(answer)) };
    },
    1_000,
  );
  account = new EvmAccount(client, rpc);
});

describe('an Ethereum account', () => {
  it('fills what was left out from the chain, and asks for nothing that was given', async () => {
    assert.deepEqual(await account.fill({ to, value: 7n }), {
      type: 'evm-transaction',
      transaction: {
        transactionType: 2,
        chainId: 31337n,
        nonce: 5n,
        gas: 21000n,
        to: new Uint8Array(Buffer.from(to.slice(2), 'hex')),
        value: 7n,
        data: new Uint8Array(),
        maxPriorityFeePerGas: 3n,
        maxFeePerGas: 23n,
        accessList: [],
      },
    });
    called = [];
    const given = { chainId: 1n, nonce: 0n, gas: 1n, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
    await account.fill({ to: null, data: '0x00', ...given });
    assert.deepEqual(called, []);
  });

  it('a mistyped address is found before the chain is asked', async () => {
    await assert.rejects(account.fill({ to: to.replace('dEaD', 'DeaD') }), IntentError);
  });

  it('what the chain already has counts as broadcast; a refusal is told in its words', async () => {
    answers['eth_sendRawTransaction'] = new Error('already known');
    answers['eth_getTransactionByHash'] = {};
    await account.send({ to });
    answers['eth_getTransactionByHash'] = null;
    await assert.rejects(
      account.send({ to }),
      (error) => hasCode(error, 'transaction-refused') && /already known/.test(error.message),
    );
    answers['eth_chainId'] = 'nonsense';
    await assert.rejects(account.send({ to }), (error) => hasCode(error, 'party-answer-invalid'));
  });

  it('is waited for until its deadline', async () => {
    const patience = { deadline: 20, interval: 5 };
    await assert.rejects(account.waitForReceipt('0x1', patience), (error) => hasCode(error, 'transaction-timeout'));
    answers['eth_getTransactionReceipt'] = { blockNumber: '0x9', gasUsed: '0x5208', status: '0x0' };
    const { status, blockNumber } = await account.waitForReceipt('0x1', patience);
    assert.deepEqual([status, blockNumber], ['reverted', 9n]);
  });
});
