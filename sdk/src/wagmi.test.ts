import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as three from '@wagmi/core';
import { getAddress } from 'viem';
import { foundry, mainnet } from 'viem/chains';
import * as two from 'wagmi-core-2';
import { agreeable, alice, FakePage, open, signature } from './testing.ts';
import { symbolonTransport } from './viem.ts';
import { symbolon } from './wagmi.ts';

const versions = { 'wagmi core 2': two as unknown as typeof three, 'wagmi core 3': three };

for (const [name, wagmi] of Object.entries(versions)) {
  const start = (page: FakePage, provider = open(page)) => {
    const transports = { [mainnet.id]: symbolonTransport(provider), [foundry.id]: symbolonTransport(provider) };
    const config = wagmi.createConfig({
      chains: [mainnet, foundry],
      connectors: [symbolon(provider)],
      transports,
      multiInjectedProviderDiscovery: false,
      storage: null,
    });
    const [connector] = config.connectors;
    if (connector === undefined) throw new Error('no connector');
    return { config, connector, provider };
  };

  test(`${name}: connect, sign, switch, disconnect`, async () => {
    const page = new FakePage(agreeable);
    const { config, connector, provider } = start(page);
    const { accounts, chainId } = await wagmi.connect(config, { connector });
    assert.deepEqual({ accounts: [...accounts], chainId }, { accounts: [getAddress(alice)], chainId: 1 });
    assert.equal(await wagmi.signMessage(config, { message: 'hi' }), signature);
    assert.equal((await wagmi.switchChain(config, { chainId: foundry.id })).id, foundry.id);
    assert.equal(provider.chainId, '0x7a69');
    await wagmi.disconnect(config);
    assert.equal(config.state.status, 'disconnected');
    assert.equal(provider.connected, false);
  });

  test(`${name}: what the wallet changes, the config hears`, async () => {
    const page = new FakePage(agreeable);
    const { config, connector, provider } = start(page);
    await wagmi.connect(config, { connector });
    page.last.port?.postMessage({ event: 'chainChanged', chainId: '0x7a69' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(config.state.chainId, foundry.id);
    provider.disconnect();
    assert.equal(config.state.status, 'disconnected');
  });

  test(`${name}: connecting straight to another chain asks for both`, async () => {
    const page = new FakePage(agreeable);
    const { config, connector } = start(page);
    const { chainId } = await wagmi.connect(config, { connector, chainId: foundry.id });
    assert.equal(chainId, foundry.id);
    assert.equal(page.last.requests.at(-1)?.method, 'wallet_switchEthereumChain');
  });

  test(`${name}: reconnecting after a reload opens nothing`, async () => {
    const page = new FakePage(agreeable);
    const provider = open(page);
    await provider.request({ method: 'eth_requestAccounts' });
    const { config, connector } = start(page, provider);
    const [connection] = await wagmi.reconnect(config, { connectors: [connector] });
    assert.deepEqual(connection?.accounts, [getAddress(alice)]);
    assert.equal(page.windows.length, 1);
  });

  test(`${name}: who is not connected is not reconnected, and asked nothing`, async () => {
    const page = new FakePage(agreeable);
    const { config, connector } = start(page);
    assert.deepEqual(await wagmi.reconnect(config, { connectors: [connector] }), []);
    assert.equal(page.windows.length, 0);
  });
}

test('the connector is one by the types of both versions', () => {
  const provider = open(null);
  assert.ok(two.createConnector(symbolon(provider)));
  assert.ok(three.createConnector(symbolon(provider)));
});
