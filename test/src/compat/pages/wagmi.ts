import { symbolon } from '@symbolon/sdk/wagmi';
import type * as three from '@wagmi/core';
import { http } from 'viem';
import { amount, greeting, order, recipient } from './order.ts';
import { localChain, otherChain, present, walletUrl } from './present.ts';

/** A dApp made with wagmi core, of either version: what is used of it is the same. */
export function wagmiPage(wagmi: typeof three): void {
  const config = wagmi.createConfig({
    chains: [localChain, otherChain],
    connectors: [symbolon({ walletUrl, chains: [localChain.id, otherChain.id] })],
    transports: { [localChain.id]: http(), [otherChain.id]: http() },
    multiInjectedProviderDiscovery: false,
  });
  const [connector] = config.connectors;
  if (connector === undefined) throw new Error('there is no connector');

  const account = () => {
    const { connections, current } = config.state;
    return current === null ? undefined : connections.get(current);
  };
  const state = () => ({ address: account()?.accounts[0] ?? null, chainId: account()?.chainId ?? null });
  const { changed } = present(
    {
      connect: () => wagmi.connect(config, { connector }),
      signMessage: () => wagmi.signMessage(config, { message: greeting }),
      signTypedData: () => wagmi.signTypedData(config, order),
      send: () => wagmi.sendTransaction(config, { to: recipient, value: amount }),
      switchChain: () => wagmi.switchChain(config, { chainId: otherChain.id }),
      disconnect: () => wagmi.disconnect(config),
    },
    state,
  );
  config.subscribe((now) => now, changed);
  void wagmi.reconnect(config);
}
