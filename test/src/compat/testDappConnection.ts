import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPublicClient, type Hex, http } from 'viem';
import { otherChain } from './compatWorld.ts';
import type { At } from './testDappSignatures.ts';

export function asksForChains(at: At): void {
  test('EIP-3326: a chain of the operator’s list is switched to where the person agrees, else 4001', async () => {
    const { dapp } = at();
    const refused = await dapp.ask('#switchEthereumChain', 'wallet_switchEthereumChain');
    assert.equal(refused.sentence, 'Switch to Other chain?');
    assert.equal((await refused.reject()).error?.code, 4001);
    await dapp.shows('#chainId', '0x7a69');

    const asked = await dapp.ask('#switchEthereumChain', 'wallet_switchEthereumChain');
    assert.equal((await asked.approve()).result, null);
    await dapp.shows('#chainId', otherChain.hex);
  });

  test('EIP-3085: adding the chain that the dApp is on changes nothing and asks nobody', async () => {
    const { dapp } = at();
    assert.equal((await dapp.told('#addEthereumChain', 'wallet_addEthereumChain')).result, null);
  });

  test('a chain that is not on the operator’s list is 4902, and the test-dapp says so', async () => {
    const { dapp } = at();
    await dapp.page.click('#openNetworkPicker');
    const told = await dapp.told('.network-modal-item[data-chain-id="0x1"]', 'wallet_switchEthereumChain');
    assert.deepEqual([told.error?.code, told.error?.reason], [4902, 'chain-not-offered']);
    await dapp.shows('#networkError', 'Ethereum Mainnet is not available in your wallet');
  });

  test('what is sent now is sent on that chain', async () => {
    const { compat, dapp } = at();
    const asked = await dapp.ask('#sendEIP1559WithoutGasButton', 'eth_sendTransaction');
    assert.ok(asked.text.includes('Otherchain'));
    const { result } = await asked.approve();
    const chain = createPublicClient({ transport: http(compat.chains.other), pollingInterval: 50 });
    const receipt = await chain.waitForTransactionReceipt({ hash: result as Hex, timeout: 10_000 });
    assert.equal(receipt.status, 'success');
  });
}

export function asksForPermissions(at: At): void {
  test('EIP-2255: the permission is what was granted, to this origin, for this account', async () => {
    const { compat, dapp } = at();
    const { origin } = new URL(dapp.page.url());
    const value = [compat.address.toLowerCase()];
    const granted = { parentCapability: 'eth_accounts', invoker: origin };
    const told = await dapp.told('#getPermissions', 'wallet_getPermissions');
    assert.deepEqual(told.result, [{ ...granted, caveats: [{ type: 'restrictReturnedAccounts', value }] }]);
    await dapp.shows('#permissionsResult', 'eth_accounts');

    const asked = await dapp.ask('#requestPermissions', 'wallet_requestPermissions');
    assert.match(asked.sentence, /^Connect to test-dapp/);
    const [permission] = (await asked.approve()).result as { invoker: string; parentCapability: string }[];
    assert.deepEqual({ parentCapability: permission?.parentCapability, invoker: permission?.invoker }, granted);
  });

  test('EIP-2255: revoked, the dApp knows nobody, and has to ask again', async () => {
    const { compat, dapp } = at();
    assert.equal((await dapp.told('#revokeAccountsPermission', 'wallet_revokePermissions')).result, null);
    await dapp.page.locator('#accounts', { hasText: /^$/ }).waitFor({ state: 'attached' });
    assert.equal(await dapp.page.isDisabled('#personalSign'), true);
    assert.deepEqual((await dapp.told('#getPermissions', 'wallet_getPermissions')).result, []);

    const asked = await dapp.ask('#connectButton', 'eth_requestAccounts');
    assert.deepEqual((await asked.approve()).result, [compat.address.toLowerCase()]);
    await dapp.shows('#accounts', compat.address.toLowerCase());
  });

  test('after a reload it is connected as before, on the same chain, and nobody was asked', async () => {
    const { compat, dapp } = at();
    const pages = compat.person.browser.context.pages().length;
    await dapp.page.reload();
    await dapp.shows('#accounts', compat.address.toLowerCase());
    await dapp.shows('#chainId', otherChain.hex);
    assert.equal(compat.person.browser.context.pages().length, pages);
  });
}
