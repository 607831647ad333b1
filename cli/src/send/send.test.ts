import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transactionFromJson } from '@symbolon/chains/evm';
import { chainOf, parseRpc } from '../chain.ts';
import { CliError } from '../errors.ts';
import type { readHome } from '../home.ts';
import { callData } from './callData.ts';
import { mostOf, requireFunds } from './funds.ts';

const refused = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof CliError && error.code === code && words.test(`${error.message} ${error.hint}`);

test('call data is whole bytes in hex, or is refused here, before anybody is asked', () => {
  assert.equal(callData(undefined), '0x');
  assert.equal(callData('0xd0E30db0'), '0xd0E30db0');
  for (const bad of ['0xzz', '0x1', 'd0e30db0', '', '0x d0']) {
    assert.throws(() => callData(bad), refused('data-invalid', /is not bytes in hex/));
  }
  assert.throws(
    () => callData('x'.repeat(9_999)),
    (error: Error) => error.message.length < 100,
  );
});

test('an --rpc that is no web address is refused', () => {
  assert.equal(parseRpc(undefined), undefined);
  assert.equal(parseRpc('http://127.0.0.1:8545'), 'http://127.0.0.1:8545');
  for (const bad of ['foo', 'ftp://x', '127.0.0.1:8545', ''])
    assert.throws(() => parseRpc(bad), refused('rpc-invalid', /Write it like http/));
});

test('a chain that does not answer is named by its address, and --rpc is what to check', async () => {
  const home = { running: null } as ReturnType<typeof readHome>;
  await assert.rejects(
    chainOf(home, 'http://127.0.0.1:1').call('eth_chainId', []),
    refused('chain-unreachable', /^No chain answers at http:\/\/127\.0\.0\.1:1\. Check --rpc/),
  );
  assert.throws(() => chainOf(home, undefined), refused('no-chain', /symbolon up/));
});

test('the highest fee counts: what the wallet could not pay is said, with both amounts, before anything is signed', async () => {
  const { intent } = transactionFromJson({
    type: 2,
    to: `0x${'35'.repeat(20)}`,
    value: 10n ** 18n,
    chainId: 1,
    nonce: 0,
    gas: 21_000,
    maxFeePerGas: 10n ** 9n,
    maxPriorityFeePerGas: 1n,
  });
  const most = 10n ** 18n + 21_000n * 10n ** 9n;
  assert.equal(mostOf(intent), most);
  const account = { address: async () => '0xabc' };
  await requireFunds(most, most, account);
  await assert.rejects(
    requireFunds(most, most - 1n, account),
    refused(
      'funds-missing',
      /takes 1\.000021 ether, and the wallet has 1\.0000209\d+ ether\. Nothing was signed\..*fund 0xabc/,
    ),
  );
});
