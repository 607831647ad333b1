import { announce, type ProviderInfo, providerInfo } from './announce.ts';
import { refusal, type SymbolonError } from './errors.ts';
import { createEvents, type Listener } from './events.ts';
import { createHandlers } from './handlers.ts';
import type { StorageLike } from './memory.ts';
import { readMethods } from './methods.ts';
import type { Options } from './options.ts';
import type { Page } from './page.ts';
import { plainParams } from './params.ts';
import { isObject } from './plain.ts';
import { createSession } from './session.ts';

/** EIP-1193's argument of `request`. */
export interface RequestArguments {
  method: string;
  params?: unknown;
}

/** What `disconnect` listeners hear, EIP-1193. */
export interface ProviderEvents {
  connect: (info: { chainId: string }) => void;
  disconnect: (error: SymbolonError) => void;
  accountsChanged: (accounts: string[]) => void;
  chainChanged: (chainId: string) => void;
}

/** Gives the provider back, as Node's EventEmitter does itself. */
interface Listening {
  <E extends keyof ProviderEvents>(event: E, listener: ProviderEvents[E]): SymbolonProvider;
  (event: string, listener: Listener): SymbolonProvider;
}

/** An EIP-1193 provider, and some sugar. Its functions may be taken out of it: none uses `this`. */
export interface SymbolonProvider {
  /** Rejects with a {@link SymbolonError}, and with nothing else. What asks the person has to be called in a click. */
  request: (args: RequestArguments) => Promise<unknown>;
  on: Listening;
  removeListener: Listening;
  /** Whether the person has connected an account to this page. */
  readonly connected: boolean;
  readonly accounts: readonly string[];
  /** 0x hex; null before anything said which. */
  readonly chainId: string | null;
  /** As announced by EIP-6963. */
  readonly info: ProviderInfo;
  /** Forgets the accounts, here at once, and in the wallet as soon as it is open. */
  disconnect: () => void;
}

/** `page`: the browser's window; null on a server, where everything that needs a person is refused. */
export function createProvider(options: Options, page: Page | null, storage: StorageLike | null): SymbolonProvider {
  const events = createEvents();
  const session = createSession(options, page, storage, events.emit);
  const handlers = createHandlers(session, page?.origin);
  const { memory, chains, knownChain, currentChain } = session;

  async function request(args: RequestArguments): Promise<unknown> {
    if (!isObject(args) || typeof args.method !== 'string') throw refusal('request-malformed');
    const { method } = args;
    const params = plainParams(args.params);
    const handler = handlers.get(method);
    if (handler !== undefined) return handler(params, method);
    if (readMethods.has(method)) return chains.read(await currentChain(), method, params);
    throw refusal('method-unsupported', method.slice(0, 64));
  }

  const provider: SymbolonProvider = {
    request,
    on(event: string, listener: Listener) {
      events.on(event, listener);
      return provider;
    },
    removeListener(event: string, listener: Listener) {
      events.removeListener(event, listener);
      return provider;
    },
    get connected() {
      return memory.now.accounts.length > 0;
    },
    get accounts() {
      return memory.now.accounts;
    },
    get chainId() {
      return knownChain() ?? null;
    },
    info: providerInfo(new URL(options.wallet.origin), options.name, options.icon),
    disconnect: session.disconnect,
  };

  if (page !== null) announce(page, provider.info, provider);
  // Connected since before the reload: told when the listeners that are added now can hear it.
  if (provider.connected) queueMicrotask(() => events.emit('connect', { chainId: provider.chainId }));
  return provider;
}
