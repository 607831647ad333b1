import { createSymbolon, SymbolonError } from '@symbolon/sdk';
import { type Address, type Chain, getAddress } from 'viem';
import type { SymbolonOptions } from './options.ts';
import type { SymbolonProvider } from './provider.ts';

/** What the connector uses of what wagmi hands it: the same in `@wagmi/core` 2 and 3, so that either may be installed. */
export interface ConnectorConfig {
  chains: readonly [Chain, ...Chain[]];
  emitter: {
    emit(event: 'change', data: { accounts?: readonly Address[]; chainId?: number }): void;
    emit(event: 'disconnect'): void;
  };
}

type WithCapabilities = { address: Address; capabilities: Record<string, unknown> };

/** A connector of wagmi's, as `createConnector` of either version takes it: a type, since wagmi wants an index signature. */
export type SymbolonConnector = {
  readonly id: 'symbolon';
  readonly name: string;
  readonly type: 'symbolon';
  readonly icon: string;
  readonly rdns: string;
  connect<withCapabilities extends boolean = false>(parameters?: {
    chainId?: number | undefined;
    isReconnecting?: boolean | undefined;
    withCapabilities?: withCapabilities | boolean | undefined;
  }): Promise<{
    accounts: withCapabilities extends true ? readonly WithCapabilities[] : readonly Address[];
    chainId: number;
  }>;
  disconnect(): Promise<void>;
  getAccounts(): Promise<readonly Address[]>;
  getChainId(): Promise<number>;
  getProvider(): Promise<SymbolonProvider>;
  isAuthorized(): Promise<boolean>;
  switchChain(parameters: { chainId: number }): Promise<Chain>;
  onAccountsChanged: (accounts: string[]) => void;
  onChainChanged: (chainId: string) => void;
  onDisconnect: () => void;
};

/**
 * A connector for `createConfig({ connectors: [symbolon({ walletUrl })] })`. Give it a provider that the page has already, or the
 * options of one; `connect` then has to be called in a click.
 */
export function symbolon(given: SymbolonProvider | SymbolonOptions): (config: ConnectorConfig) => SymbolonConnector {
  const provider = 'request' in given ? given : createSymbolon(given);
  const { name, icon, rdns } = provider.info;

  return ({ chains, emitter }) => {
    let listening = false;
    const connector: SymbolonConnector = {
      id: 'symbolon',
      name,
      type: 'symbolon',
      icon,
      rdns,
      async connect<withCapabilities extends boolean = false>({
        chainId,
        isReconnecting,
        withCapabilities,
      }: Parameters<SymbolonConnector['connect']>[0] = {}) {
        if (isReconnecting !== true) await provider.request({ method: 'eth_requestAccounts' });
        const accounts = await connector.getAccounts();
        if (accounts.length === 0) throw new SymbolonError(4100, 'not-connected', 'The person has not connected.');
        listen(true);
        let current = await connector.getChainId();
        if (chainId !== undefined && chainId !== current && isReconnecting !== true) {
          current = (await connector.switchChain({ chainId })).id;
        }
        const shown = withCapabilities ? accounts.map((address) => ({ address, capabilities: {} })) : accounts;
        // The language has no way to say that the flag decides.
        return {
          accounts: shown as withCapabilities extends true ? readonly WithCapabilities[] : readonly Address[],
          chainId: current,
        };
      },
      async disconnect() {
        listen(false);
        provider.disconnect();
      },
      async getAccounts() {
        return ((await provider.request({ method: 'eth_accounts' })) as string[]).map((one) => getAddress(one));
      },
      async getChainId() {
        return Number(await provider.request({ method: 'eth_chainId' }));
      },
      getProvider: async () => provider,
      isAuthorized: async () => provider.connected,
      async switchChain({ chainId }) {
        const chain = chains.find(({ id }) => id === chainId);
        if (chain === undefined) throw new SymbolonError(4902, 'chain-not-offered', 'The chain is not in the config.');
        const params = [{ chainId: `0x${chainId.toString(16)}` }];
        await provider.request({ method: 'wallet_switchEthereumChain', params });
        emitter.emit('change', { chainId });
        return chain;
      },
      onAccountsChanged(accounts) {
        if (accounts.length > 0) emitter.emit('change', { accounts: accounts.map((one) => getAddress(one)) });
      },
      onChainChanged(chainId) {
        emitter.emit('change', { chainId: Number(chainId) });
      },
      onDisconnect() {
        listen(false);
        emitter.emit('disconnect');
      },
    };

    function listen(on: boolean): void {
      if (on === listening) return;
      listening = on;
      const change = on ? provider.on : provider.removeListener;
      change('accountsChanged', connector.onAccountsChanged);
      change('chainChanged', connector.onChainChanged);
      change('disconnect', connector.onDisconnect);
    }

    return connector;
  };
}
