import { type Chains, createChains } from './chains.ts';
import { createDesk } from './desk.ts';
import { refusal, SymbolonError } from './errors.ts';
import { createMemory, type Memory, type Remembered, type StorageLike } from './memory.ts';
import type { Options } from './options.ts';
import type { Page } from './page.ts';
import type { WalletEvent } from './wire.ts';

/** Where a page stands with its wallet. */
export interface Session {
  readonly memory: Memory;
  readonly chains: Chains;
  /** undefined until the operator's list is there, if nobody chose one. */
  knownChain: () => string | undefined;
  currentChain: () => Promise<string>;
  /** Synchronously up to the opening of a window: call it in the click. Rejects with a SymbolonError. */
  askWallet: (method: string, params: unknown) => Promise<unknown>;
  /** Throws `not-connected`, or `other-account` where `address` is not one of the page's. */
  mustBeConnected: (address?: string) => void;
  connectTo: (accounts: readonly string[]) => Promise<void>;
  disconnect: () => void;
}

/** `page`: null on a server. `emit` gets EIP-1193's events. */
export function createSession(
  options: Options,
  page: Page | null,
  storage: StorageLike | null,
  emit: (name: string, value: unknown) => void,
): Session {
  const { wallet, wanted } = options;
  /** The chain that this page is on before anybody chose one. */
  let { start } = options;
  const chains = createChains(wallet.origin, wanted);
  const memory = createMemory(`symbolon:${wallet.origin}`, storage, page, tell);
  const desk =
    page === null ? null : createDesk(page, { ...wallet, relayUrl: chains.relayUrl }, heard, () => void payOwed());

  // Early: what the click needs of it is there then. Where it fails, it is fetched again when it is needed.
  if (page !== null) chains.all().catch(() => undefined);

  function tell(before: Remembered, after: Remembered): void {
    const was = before.chainId ?? start;
    const chainId = after.chainId ?? start;
    if (was !== undefined && chainId !== was) emit('chainChanged', chainId);
    if (after.accounts.join() === before.accounts.join()) return;
    if (before.accounts.length === 0) emit('connect', { chainId });
    emit('accountsChanged', [...after.accounts]);
    if (after.accounts.length === 0) emit('disconnect', refusal('disconnected'));
  }

  function heard(event: WalletEvent): void {
    if (event.event === 'accountsChanged') memory.set({ accounts: event.accounts });
    if (event.event === 'chainChanged' && chains.knows(event.chainId) !== false) memory.set({ chainId: event.chainId });
  }

  function knownChain(): string | undefined {
    const { chainId } = memory.now;
    return chainId !== null && chains.knows(chainId) !== false ? chainId : start;
  }

  async function currentChain(): Promise<string> {
    const known = knownChain();
    if (known !== undefined) return known;
    const [first] = await chains.all();
    if (first === undefined) throw refusal('chain-not-offered');
    start = first.chainId;
    return start;
  }

  /** Tells the wallet, if it is open, that this page gave its permission up. */
  async function payOwed(): Promise<void> {
    if (!memory.now.owed) return;
    const params = [{ eth_accounts: {} }];
    const told = desk?.whisper({ method: 'wallet_revokePermissions', params, chainId: currentChain });
    if (told === undefined || told === null) return;
    await told.then(
      () => memory.set({ owed: false }),
      () => undefined,
    );
  }

  return {
    memory,
    chains,
    knownChain,
    currentChain,
    async askWallet(method, params) {
      if (desk === null) throw refusal('no-browser');
      try {
        return await desk.ask({ method, params, chainId: currentChain });
      } catch (error) {
        // The person took the permission away in the wallet: this page learns of it here.
        if (error instanceof SymbolonError && error.code === 4100) memory.set({ accounts: [] });
        throw error;
      }
    },
    mustBeConnected(address) {
      const { accounts } = memory.now;
      if (accounts.length === 0) throw refusal('not-connected');
      if (address === undefined) return;
      const signer = address.toLowerCase();
      if (!accounts.some((one) => one.toLowerCase() === signer)) throw refusal('other-account');
    },
    async connectTo(accounts) {
      // With its chain, so that after a reload both are known without asking anybody.
      memory.set({ accounts, owed: false, chainId: await currentChain() });
    },
    disconnect() {
      if (memory.now.accounts.length === 0) return;
      memory.set({ accounts: [], owed: true });
      void payOwed();
    },
  };
}
