// A server that draws a dApp's page with the SDK and every adapter, as frameworks do: run by the test in a process of its own.
import { createSymbolon } from '@symbolon/sdk';
import { SymbolonProvider, useAccount } from '@symbolon/sdk/react';
import { symbolonTransport, toAccount } from '@symbolon/sdk/viem';
import { symbolon } from '@symbolon/sdk/wagmi';
import * as three from '@wagmi/core';
import { BrowserProvider } from 'ethers';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createWalletClient, http } from 'viem';
import { mainnet } from 'viem/chains';
import * as two from 'wagmi-core-2';

if (typeof window !== 'undefined' || typeof document !== 'undefined') throw new Error('this is no server');
const provider = createSymbolon({ walletUrl: 'https://wallet.example', appId: 'shop', chains: [1] });

for (const { createConfig, reconnect } of [three, two as unknown as typeof three]) {
  const transports = { [mainnet.id]: http('https://rpc.example') };
  const config = createConfig({ chains: [mainnet], connectors: [symbolon(provider)], transports, ssr: true });
  if ((await reconnect(config)).length > 0 || config.state.status !== 'disconnected') throw new Error('connected');
}
createWalletClient({ chain: mainnet, transport: symbolonTransport(provider) });
const asked = [toAccount(provider), new BrowserProvider(provider).getSigner()];
for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
  // EIP-1193's "disconnected", which ethers wraps.
  const words = JSON.stringify(reason);
  if (status !== 'rejected' || !words.includes('"code":4900')) throw new Error(`not refused: ${words}`);
}

const Shown = () => createElement('p', null, useAccount().connected ? 'connected' : 'nobody');
process.stdout.write(renderToString(createElement(SymbolonProvider, { provider }, createElement(Shown))));
