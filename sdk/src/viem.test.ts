import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPublicClient, createWalletClient, type JsonRpcAccount } from 'viem';
import { mainnet } from 'viem/chains';
import { agreeable, alice, FakePage, hash, open, signature, startHost } from './testing.ts';
import { symbolonTransport, toAccount } from './viem.ts';

const typed = {
  domain: { name: 'Shop', chainId: 1 },
  types: { Order: [{ name: 'amount', type: 'uint256' }] },
  primaryType: 'Order',
  message: { amount: 5n },
} as const;

test('the account is one of viem’s, and signs by itself', async () => {
  const page = new FakePage(agreeable);
  const account = await toAccount(open(page));
  const asViem: JsonRpcAccount = account;
  assert.equal(asViem.address, alice);
  assert.equal(await account.signMessage({ message: 'hi' }), signature);
  assert.equal(await account.signMessage({ message: { raw: new Uint8Array([1, 2]) } }), signature);
  assert.equal(await account.signTypedData(typed), signature);
  assert.equal(await account.sendTransaction({ to: alice, value: 16n, gas: 21_000n, chainId: 1 }), hash);
  assert.equal(await account.signTransaction({ to: alice }), '0x02f8');
  assert.deepEqual(
    page.last.requests.slice(1).map(({ params }) => (params as unknown[])[0]),
    [
      '0x6869',
      '0x0102',
      alice,
      { from: alice, to: alice, value: '0x10', gas: '0x5208', chainId: '0x1' },
      { from: alice, to: alice },
    ],
  );
  const typedParams = page.last.requests.find(({ method }) => method === 'eth_signTypedData_v4')?.params as string[];
  const domainType = [
    { name: 'name', type: 'string' },
    { name: 'chainId', type: 'uint256' },
  ];
  assert.deepEqual(JSON.parse(typedParams[1] ?? ''), {
    ...typed,
    types: { ...typed.types, EIP712Domain: domainType },
    message: { amount: '5' },
  });
});

test('viem’s clients sign, send and read through the transport', async () => {
  await using host = await startHost((method) => (method === 'eth_blockNumber' ? '0x20' : '0x1'));
  const provider = open(new FakePage(agreeable), { walletUrl: host.url });
  const { address: account } = await toAccount(provider);
  const transport = symbolonTransport(provider);
  const wallet = createWalletClient({ account, chain: mainnet, transport });
  assert.equal(await wallet.signMessage({ message: 'hi' }), signature);
  assert.equal(await wallet.signTypedData(typed), signature);
  assert.equal(await wallet.sendTransaction({ to: alice, value: 1n }), hash);
  assert.equal(await createPublicClient({ chain: mainnet, transport }).getBlockNumber(), 32n);
});

test('viem names the refusal of a person as it does for every wallet, and asks them once', async () => {
  const page = new FakePage({
    ...agreeable,
    eth_sendTransaction: () => {
      throw { code: 4001, reason: 'user-rejected', message: 'no' };
    },
  });
  const provider = open(page);
  const wallet = createWalletClient({
    account: (await toAccount(provider)).address,
    chain: mainnet,
    transport: symbolonTransport(provider),
  });
  const sent = wallet.sendTransaction({ to: alice, value: 1n });
  await assert.rejects(sent, (error: { walk: (by: (one: unknown) => boolean) => { code: number } }) => {
    assert.equal(error.walk((one) => (one as { code?: number }).code === 4001).code, 4001);
    return true;
  });
  assert.equal(page.last.requests.filter(({ method }) => method === 'eth_sendTransaction').length, 1);
});
