import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Address, createPublicClient, getAddress, type Hex, http, parseAbi, type TransactionReceipt } from 'viem';
import type { Call } from './pages/record.ts';
import type { At } from './testDappSignatures.ts';

const abi = parseAbi([
  'function balanceOf(address) view returns (uint256)',
  'function allowance(address, address) view returns (uint256)',
  'function isApprovedForAll(address, address) view returns (bool)',
]);
/** To whom the test-dapp sends tokens, and whom it lets spend them. */
const recipient = '0x2f318C334780961FB129D2a6c30D0763d9a5C970';
const spender = '0x9bc5baF874d2DA8D216aE9f137804184EE5AfEF4';
const ether = 10n ** 18n;
/** The test-dapp gives its token four decimal places. */
const tst = 10n ** 4n;

const refusedTransactions: [button: string, says: RegExp][] = [
  ['sendWithInvalidValue', /value/],
  ['sendWithInvalidTxType', /type/],
  ['sendWithInvalidRecipient', /to has to be an address/],
  ['sendWithInvalidGasLimit', /gasLimit/],
  ['sendWithInvalidMaxFeePerGas', /maxFeePerGas/],
];

export function asksForTransactions(at: At): void {
  const chain = () => createPublicClient({ transport: http(at().compat.chains.local), pollingInterval: 50 });
  /** The receipt of what a dApp was told to have been sent, from the person's address. */
  async function mined({ result, error }: Call): Promise<TransactionReceipt> {
    assert.match(String(result), /^0x[0-9a-f]{64}$/, JSON.stringify(error));
    const receipt = await chain().waitForTransactionReceipt({ hash: result as Hex, timeout: 10_000 });
    assert.equal(getAddress(receipt.from), at().compat.address);
    return receipt;
  }
  /** Clicks, compares what the person is told, approves. @returns the receipt */
  async function send(button: string, sentence: RegExp, dangers: string[], cautions: string[]) {
    const asked = await at().dapp.ask(button, 'eth_sendTransaction');
    assert.match(asked.sentence, sentence);
    assert.deepEqual([asked.dangers, asked.cautions], [dangers, cautions]);
    return mined(await asked.approve());
  }

  test('a legacy transaction is sent as one, at the price that the dApp asked for', async () => {
    const to = '0x0c54FcCd2e384b4BB6f2E405Bf5Cbc15a017AaFb';
    const sentence = new RegExp(`^Send 0 ETH to ${to}$`);
    const receipt = await send('#sendButton', sentence, [], ['new-recipient']);
    assert.deepEqual([receipt.status, receipt.type, receipt.effectiveGasPrice], ['success', 'legacy', 10n ** 10n]);
    assert.equal(getAddress(receipt.to ?? '0x'), to);
  });

  test('an EIP-1559 transaction keeps the fees of the dApp, and gets the chain’s where the dApp says none', async () => {
    const given = await send('#sendEIP1559Button', /^Send 0 ETH to 0x0c54/, [], []);
    const { maxFeePerGas, maxPriorityFeePerGas, type } = await chain().getTransaction({ hash: given.transactionHash });
    assert.deepEqual([type, maxFeePerGas, maxPriorityFeePerGas], ['eip1559', 10n ** 10n, 10n ** 9n]);
    const open = await send('#sendEIP1559WithoutGasButton', /^Send 0 ETH to 0x0c54/, [], []);
    assert.deepEqual([open.status, open.type], ['success', 'eip1559']);
  });

  for (const [button, says] of refusedTransactions) {
    test(`a transaction that is none is refused with -32602, and nobody is asked: ${button}`, async () => {
      const { dapp } = at();
      const { error } = await dapp.told(`#${button}`, 'eth_sendTransaction');
      assert.equal(error?.code, -32602);
      assert.match(error.message, says);
      await dapp.shows('#sendMalformedResult', says);
    });
  }

  test('a rejected transaction is 4001, and nothing is sent', async () => {
    const { compat, dapp } = at();
    const before = await chain().getTransactionCount({ address: compat.address });
    const asked = await dapp.ask('#sendEIP1559Button', 'eth_sendTransaction');
    assert.equal((await asked.reject()).error?.code, 4001);
    assert.equal(await chain().getTransactionCount({ address: compat.address }), before);
  });

  const deploy = async (button: string): Promise<Address> => {
    // anvil simulates no transaction without a recipient, and the person is told that there is no estimate.
    const cautions = ['create-contract', 'not-simulated'];
    const { contractAddress } = await send(button, /^Create a new contract$/, [], cautions);
    assert.ok(contractAddress, 'there is a contract');
    return getAddress(contractAddress);
  };
  /** A call of no known kind, to a contract that nothing describes. */
  const unknown = (contract: string) => new RegExp(`^Make a call that this wallet cannot read, to ${contract}$`);

  test('a contract is deployed from the page, called, and paid', async () => {
    const { dapp } = at();
    const piggyBank = await deploy('#deployButton');
    await dapp.shows('#contractStatus', 'Deployed');
    const paid = await send('#depositButton', unknown(piggyBank), [], ['unknown-call']);
    await dapp.shows('#contractStatus', 'Deposit completed');
    assert.equal(paid.status, 'success');
    assert.equal(await chain().getBalance({ address: piggyBank }), 4n * ether);
    await send('#withdrawButton', unknown(piggyBank), [], ['unknown-call']);
    await dapp.shows('#contractStatus', 'Withdrawn');
    assert.equal(await chain().getBalance({ address: piggyBank }), 3n * ether);
  });

  test('what the chain expects to fail is said before it is sent, and sent where the person wants it all the same', async () => {
    const { dapp } = at();
    const failing = await deploy('#deployFailingButton');
    await dapp.shows('#failingContractStatus', 'Deployed');
    const sentence = new RegExp(`^Send 0 ETH to ${failing}$`);
    const { status } = await send('#sendFailingButton', sentence, ['will-fail'], ['new-recipient']);
    assert.equal(status, 'reverted');
  });

  test('ERC-20: deployed, transferred, allowed and watched; amounts in the token’s own units and name', async () => {
    const { compat, dapp } = at();
    const token = await deploy('#createToken');
    await dapp.shows('#erc20TokenAddresses', token);
    const to = [compat.address, spender] as const;
    const transfer = new RegExp(`^Send 1\\.5 TST to ${recipient}$`);
    await send('#transferTokens', transfer, [], ['new-recipient']);
    await send('#transferTokensWithoutGas', transfer, [], []);
    assert.equal(
      await chain().readContract({ abi, address: token, functionName: 'balanceOf', args: [recipient] }),
      3n * tst,
    );

    await send('#approveTokens', new RegExp(`^Let ${spender} spend up to 7 TST$`), [], []);
    const allowance = () => chain().readContract({ abi, address: token, functionName: 'allowance', args: to });
    assert.equal(await allowance(), 7n * tst);
    await send('#increaseTokenAllowance', new RegExp(`^Let ${spender} spend up to 1 TST$`), [], []);
    assert.equal(await allowance(), 8n * tst);

    const watch = await dapp.ask('#watchAssets', 'wallet_watchAsset');
    assert.equal(watch.sentence, 'Add TST to your wallet?');
    assert.ok(watch.text.includes(token));
    assert.equal((await watch.approve()).result, true);
  });

  test('ERC-721: minted, one and then all given into another’s hands, which is a danger, and taken back', async () => {
    const { compat, dapp } = at();
    const collection = await deploy('#deployNFTsButton');
    await dapp.shows('#nftsStatus', 'Deployed');
    await send('#mintButton', unknown(collection), [], ['unknown-call']);
    await dapp.shows('#nftsStatus', 'Mint completed');
    await send('#approveButton', new RegExp(`^Let ${spender} take #1 TDN$`), [], []);

    const allowed = () =>
      chain().readContract({
        abi,
        address: collection,
        functionName: 'isApprovedForAll',
        args: [compat.address, spender],
      });
    await send(
      '#setApprovalForAllButton',
      new RegExp(`^Let ${spender} move everything you own in TDN$`),
      ['allow-all'],
      [],
    );
    assert.equal(await allowed(), true);
    await send('#revokeButton', new RegExp(`^Stop ${spender} from moving what you own in TDN$`), [], []);
    assert.equal(await allowed(), false);
  });

  test('typed data with an address that contradicts its own checksum is refused: the 721 permit of the test-dapp', async () => {
    const { error } = await at().dapp.told('#sign721Permit', 'eth_signTypedData_v4');
    assert.deepEqual([error?.code, error?.reason], [-32602, 'typed-data-invalid']);
    assert.match(error?.message ?? '', /spender.*checksum/);
  });

  test('ERC-1155: all of a collection into another’s hands is a danger, whatever the collection says of itself', async () => {
    const collection = await deploy('#deployERC1155Button');
    await at().dapp.shows('#erc1155Status', 'Deployed');
    const sentence = `${spender} move everything you own in ${collection}$`;
    await send('#setApprovalForAllERC1155Button', new RegExp(`^Let ${sentence}`), ['allow-all'], []);
    const back = new RegExp(`^Stop ${spender} from moving what you own in ${collection}$`);
    await send('#revokeERC1155Button', back, [], []);
  });

  test('what is larger than a signer takes is refused before the person is asked', async () => {
    const { error } = await at().dapp.told('#sendHeavyHexDataButton', 'eth_sendTransaction');
    assert.deepEqual([error?.code, error?.reason], [-32602, 'transaction-invalid']);
    assert.match(error?.message ?? '', /larger than what the wallet can sign/);
  });

  test('EIP-747: a token that the dApp describes is added by its address', async () => {
    const { dapp } = at();
    const address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
    await dapp.page.fill('#eip747ContractAddress', address);
    await dapp.page.fill('#eip747Symbol', 'FAKE');
    await dapp.page.fill('#eip747Decimals', '6');
    const asked = await dapp.ask('#eip747WatchButton', 'wallet_watchAsset');
    assert.equal(asked.sentence, 'Add FAKE to your wallet?');
    assert.ok(asked.text.includes(address));
    assert.equal((await asked.reject()).error?.code, 4001);
  });

  test('EIP-5792: an atomic batch of several is refused with 5760, and no chain promises atomicity', async () => {
    const { dapp } = at();
    const { error } = await dapp.told('#eip5792SendCallsButton', 'wallet_sendCalls');
    assert.deepEqual([error?.code, error?.reason], [5760, 'atomicity-unsupported']);
    await dapp.shows('#eip5792SendCallsError', 'not atomic');
    const { result } = await dapp.told('#eip5792GetCapabilitiesButton', 'wallet_getCapabilities');
    const unsupported = { atomic: { status: 'unsupported' } };
    assert.deepEqual(result, { '0x7a69': unsupported, '0x53a': unsupported });
  });

  test('EIP-5792: one call is asked for, sent, and its status read; an unknown batch is 5730', async () => {
    const { dapp } = at();
    await dapp.page.click('#eip5792SendCallsEdit');
    await dapp.page.locator('.eip5792CallRemove').first().click();
    const asked = await dapp.ask('#eip5792SendCallsButton', 'wallet_sendCalls');
    assert.match(asked.sentence, unknown('0xbc2114a988e9CEf5bA63548D432024f34B487048'));
    const { result } = await asked.approve();
    const { id, capabilities } = result as { id: string; capabilities: { transactions: { hashes: Hex[] } } };
    await mined({ name: 'wallet_sendCalls', ended: true, result: capabilities.transactions.hashes[0] });

    const status = await dapp.told('#eip5792GetCallsStatusButton', 'wallet_getCallsStatus');
    const told = status.result as { id: string; status: number; atomic: boolean; receipts: { status: string }[] };
    assert.deepEqual([told.id, told.status, told.atomic, told.receipts[0]?.status], [id, 200, false, '0x1']);
    await dapp.page.fill('#eip5792RequestIdInput', 'nothing');
    const none = await dapp.told('#eip5792GetCallsStatusButton', 'wallet_getCallsStatus');
    assert.deepEqual([none.error?.code, none.error?.reason], [5730, 'calls-unknown']);
  });
}
