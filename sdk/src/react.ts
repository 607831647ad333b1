import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useSyncExternalStore,
} from 'react';
import type { SymbolonProvider as Provider } from './provider.ts';

/** Whether, and as whom, the person is connected. */
export interface Account {
  /** null: not connected. */
  address: string | null;
  /** 0x hex; null: not known yet. */
  chainId: string | null;
  connected: boolean;
}

const away: Account = { address: null, chainId: null, connected: false };
const context = createContext<Provider | null>(null);
const shown = new WeakMap<Provider, Account>();

/** Gives the provider, made once by `createSymbolon`, to everything inside. */
export function SymbolonProvider(properties: { provider: Provider; children?: ReactNode }): ReactElement {
  return createElement(context.Provider, { value: properties.provider }, properties.children);
}

/** The provider. Throws outside of `SymbolonProvider`. */
export function useSymbolon(): Provider {
  const provider = useContext(context);
  if (provider === null) throw new Error('useSymbolon: there is no SymbolonProvider around it');
  return provider;
}

/** The account, and anew when it changes, in any tab. On a server, and at the first drawing, nobody is connected. */
export function useAccount(): Account {
  const provider = useSymbolon();
  const subscribe = useCallback((changed: () => void) => listen(provider, changed), [provider]);
  return useSyncExternalStore(
    subscribe,
    () => look(provider),
    () => away,
  );
}

/** Functions for buttons: call them in the click. They reject with SymbolonError. */
export function useConnect(): { connect: () => Promise<string>; disconnect: () => void } {
  const provider = useSymbolon();
  const connect = useCallback(async () => {
    const [address] = (await provider.request({ method: 'eth_requestAccounts' })) as [string];
    return address;
  }, [provider]);
  return { connect, disconnect: provider.disconnect };
}

/** `sign` for a text: call it in the click. Resolves with 65 bytes in hex, rejects with SymbolonError. */
export function useSignMessage(): (text: string) => Promise<string> {
  const provider = useSymbolon();
  return useCallback(
    async (text) => {
      const octets = new TextEncoder().encode(text);
      const data = `0x${Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('')}`;
      return (await provider.request({ method: 'personal_sign', params: [data, provider.accounts[0]] })) as string;
    },
    [provider],
  );
}

/** The same object as long as nothing changed: React compares it. */
function look(provider: Provider): Account {
  const address = provider.accounts[0] ?? null;
  const { chainId, connected } = provider;
  const before = shown.get(provider);
  if (before !== undefined && before.address === address && before.chainId === chainId) return before;
  const account = { address, chainId, connected };
  shown.set(provider, account);
  return account;
}

function listen(provider: Provider, changed: () => void): () => void {
  provider.on('accountsChanged', changed).on('chainChanged', changed);
  return () => {
    provider.removeListener('accountsChanged', changed).removeListener('chainChanged', changed);
  };
}
