import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Hex, keccak256, parseTransaction, recoverTransactionAddress, type TransactionSerialized } from 'viem';
import { account, testSite } from '../testing/asking.ts';
import { refused } from '../testing/chain.ts';

const to = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const refusal = (code: number, reason: string) => (error: unknown) => {
  const { code: given, reason: why } = error as { code: number; reason: string };
  assert.deepEqual([given, why], [code, reason]);
  return true;
};

/** With the hashes, by which a site's provider reads the status from the chain. */
interface SentCalls {
  id: string;
  capabilities: { transactions: { hashes: string[] } };
}

async function connected() {
  const tried = testSite();
  await tried.connect();
  return tried;
}

describe('eth_sendTransaction', () => {
  it('fills what is missing before the person sees it, and signs exactly that', async () => {
    const { ask, chain, questions, asking } = await connected();
    const hash = await ask('eth_sendTransaction', [{ from: account.address, to, value: '0xb1a2bc2ec50000' }]);
    const [raw] = chain.sent() as TransactionSerialized[];
    const sent = parseTransaction(raw ?? '0x');
    assert.equal(await recoverTransactionAddress({ serializedTransaction: raw as `0x02${string}` }), account.address);
    assert.deepEqual(
      [sent.type, sent.nonce, sent.gas, sent.maxFeePerGas, sent.maxPriorityFeePerGas, sent.value, sent.chainId],
      ['eip1559', 7, 21_000n, 3_000_000_000n, 1_000_000_000n, 50_000_000_000_000_000n, 31_337],
    );
    const question = questions[1];
    assert.ok(question?.ask === 'approve' && question.sends);
    const [what] = question.what;
    assert.deepEqual(what?.sentence, {
      kind: 'send',
      amount: { text: '0.05', symbol: 'ETH' },
      to: { address: to, name: null },
    });
    assert.deepEqual(what?.fee, { text: '0.000063', symbol: 'ETH' });
    assert.equal(JSON.parse(what?.raw ?? '').nonce, '7');
    const [entry] = await asking.activity.of(account.address);
    assert.deepEqual([entry?.outcome, entry?.hash], ['sent', hash]);
  });

  it('is a legacy transaction where the site gives a gas price, or the chain has no base fee', async () => {
    const { ask, chain } = await connected();
    await ask('eth_sendTransaction', [{ to, gasPrice: '0x3b9aca00' }]);
    chain.answers['eth_getBlockByNumber'] = () => ({ gasLimit: '0x1c9c380' });
    await ask('eth_sendTransaction', [{ to }]);
    const types = chain.sent().map((raw) => parseTransaction(raw as TransactionSerialized).type);
    assert.deepEqual(types, ['legacy', 'legacy']);
  });

  it('is refused before the person is asked where it is larger than what a signer takes', async () => {
    const { ask, questions } = await connected();
    await ask('eth_sendTransaction', [{ to, data: `0x${'00'.repeat(47 * 1024)}` }]);
    const tooLarge = ask('eth_sendTransaction', [{ to, data: `0x${'00'.repeat(48 * 1024)}` }]);
    await assert.rejects(tooLarge, refusal(-32602, 'transaction-invalid'));
    assert.equal(questions.length, 2);
  });

  it('creates a contract where there is code and no recipient', async () => {
    const { ask, questions } = await connected();
    await ask('eth_sendTransaction', [{ data: '0x6000' }]);
    const question = questions[1];
    assert.deepEqual(question?.ask === 'approve' && question.what[0]?.sentence, { kind: 'create-contract' });
    await assert.rejects(ask('eth_sendTransaction', [{ value: '0x1' }]), refusal(-32602, 'transaction-invalid'));
  });

  it('shows that a call will fail, and leaves the choice to the person', async () => {
    const { ask, chain, questions } = await connected();
    chain.answers['eth_estimateGas'] = () => {
      throw refused('execution reverted: no');
    };
    await ask('eth_sendTransaction', [{ to, data: '0x12345678' }]);
    const question = questions[1];
    const warnings = question?.ask === 'approve' ? (question.what[0]?.warnings ?? []) : [];
    assert.ok(warnings.some((one) => one.what === 'will-fail' && one.level === 'danger'));
  });

  it('refuses what it would have to guess, or could not sign', async () => {
    const { ask, questions } = await connected();
    const invalid = [
      [],
      [null],
      [{ to: '0x1234' }],
      [{ to, value: '1 ether' }],
      [{ to, value: '-0x1' }],
      [{ to, data: '0xabc' }],
      [{ to, data: '0x01', input: '0x02' }],
      [{ to, gas: '0x1', gasLimit: '0x2' }],
      [{ to, gasPrice: '0x1', maxFeePerGas: '0x1' }],
      [{ to, type: '0x0', maxFeePerGas: '0x1' }],
      [{ to, maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x2' }],
      [{ to, type: '0x3', maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x1' }],
      [{ to, authorizationList: [] }],
    ];
    for (const params of invalid) {
      const why = JSON.stringify(params);
      await assert.rejects(ask('eth_sendTransaction', params), refusal(-32602, 'transaction-invalid'), why);
    }
    await assert.rejects(ask('eth_sendTransaction', [{ to, chainId: '0x1' }]), refusal(-32602, 'chain-mismatch'));
    await assert.rejects(ask('eth_sendTransaction', [{ from: to, to }]), refusal(4100, 'other-account'));
    await assert.rejects(ask('eth_sendTransaction', [{ to }], { chainId: '0x5' }), refusal(4902, 'chain-not-offered'));
    assert.equal(questions.length, 1);
  });

  it('says why the chain did not take it', async () => {
    const { ask, chain } = await connected();
    chain.answers['eth_sendRawTransaction'] = () => {
      throw refused('insufficient funds');
    };
    await assert.rejects(ask('eth_sendTransaction', [{ to }]), refusal(-32003, 'transaction-refused'));
  });

  it('shows one nonce to one question at a time', async () => {
    const { ask, chain } = await connected();
    chain.answers['eth_getTransactionCount'] = () => `0x${(7 + chain.sent().length).toString(16)}`;
    await Promise.all([ask('eth_sendTransaction', [{ to }]), ask('eth_sendTransaction', [{ to }])]);
    assert.deepEqual(
      chain.sent().map((raw) => parseTransaction(raw as TransactionSerialized).nonce),
      [7, 8],
    );
  });
});

describe('eth_signTransaction', () => {
  it('is off until the person switches it on, and then sends nothing', async () => {
    const { ask, chain, asking, questions } = await connected();
    await assert.rejects(ask('eth_signTransaction', [{ to }]), refusal(4200, 'sign-only-off'));
    await asking.settings.change((before) => ({ ...before, signTransactions: true }));
    const raw = (await ask('eth_signTransaction', [{ to }])) as `0x02${string}`;
    assert.equal(await recoverTransactionAddress({ serializedTransaction: raw }), account.address);
    assert.deepEqual(chain.sent(), []);
    const question = questions[1];
    assert.equal(question?.ask === 'approve' && question.sends, false);
  });
});

describe('wallet_sendCalls (EIP-5792)', () => {
  const calls = [
    { to, value: '0x1' },
    { to, value: '0x2' },
  ];
  const request = { version: '2.0.0', chainId: '0x7a69', from: account.address, atomicRequired: false, calls };
  const receipt = (status: string) => ({
    status,
    transactionHash: '0x',
    logs: [],
    blockHash: '0x',
    blockNumber: '0x1',
    gasUsed: '0x1',
  });

  it('sends one call after another, each approved by itself', async () => {
    const { ask, chain, questions } = await connected();
    const answer = (await ask('wallet_sendCalls', [request])) as SentCalls;
    const { id } = answer;
    assert.equal(chain.sent().length, 2);
    assert.deepEqual(
      answer.capabilities.transactions.hashes,
      chain.sent().map((raw) => keccak256(raw as Hex)),
    );
    assert.equal(questions.length, 3);
    const status = async () =>
      ((await ask('wallet_getCallsStatus', [id])) as { status: number; atomic: boolean }).status;
    assert.equal(await status(), 100);
    chain.answers['eth_getTransactionReceipt'] = () => receipt('0x1');
    assert.equal(await status(), 200);
    chain.answers['eth_getTransactionReceipt'] = () => receipt('0x0');
    assert.equal(await status(), 500);
    assert.equal(await ask('wallet_showCallsStatus', [id]), null);
  });

  it('refuses what it cannot keep, by the codes of the standard', async () => {
    const { ask, questions } = await connected();
    const send = (more: object) => ask('wallet_sendCalls', [{ ...request, ...more }]);
    await assert.rejects(send({ atomicRequired: true }), refusal(5760, 'atomicity-unsupported'));
    await assert.rejects(send({ chainId: '0x5' }), refusal(5710, 'calls-chain-unsupported'));
    await assert.rejects(send({ capabilities: { paymasterService: {} } }), refusal(5700, 'capability-unsupported'));
    await assert.rejects(send({ calls: Array.from({ length: 17 }, () => ({ to })) }), refusal(5740, 'calls-too-large'));
    await assert.rejects(send({ calls: [] }), refusal(-32602, 'params-invalid'));
    await assert.rejects(ask('wallet_getCallsStatus', ['nothing']), refusal(5730, 'calls-unknown'));
    assert.equal(questions.length, 1);
    await send({ id: 'mine', capabilities: { paymasterService: { optional: true } } });
    await assert.rejects(send({ id: 'mine' }), refusal(5720, 'calls-id-repeated'));
  });

  it('what was sent before a rejection stays known', async () => {
    const { ask, chain, told, view } = await connected();
    let shown = 0;
    view.subscribe(({ progress }) => {
      if (progress.step === 'ask' && !progress.busy && ++shown === 1) told.choice = 'approve';
      else if (progress.step === 'ask' && progress.busy) told.choice = 'reject';
    });
    const { id } = (await ask('wallet_sendCalls', [request])) as { id: string };
    chain.answers['eth_getTransactionReceipt'] = () => receipt('0x1');
    const { status, receipts } = (await ask('wallet_getCallsStatus', [id])) as { status: number; receipts: unknown[] };
    assert.deepEqual([status, receipts.length], [600, 1]);
  });

  it('says of every chain that nothing is atomic', async () => {
    const { ask } = await connected();
    const none = { atomic: { status: 'unsupported' } };
    assert.deepEqual(await ask('wallet_getCapabilities', [account.address]), { '0x7a69': none, '0x1': none });
    assert.deepEqual(await ask('wallet_getCapabilities', [account.address, ['0x1', '0x5']]), { '0x1': none });
  });

  it('one site learns nothing of another’s calls', async () => {
    const { ask, asking } = await connected();
    const { id } = (await ask('wallet_sendCalls', [request])) as { id: string };
    assert.equal(await asking.bundles.find('https://other.example', id), null);
  });
});
