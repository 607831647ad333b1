import type { StorageLike } from './memory.ts';
import { readOptions, type SymbolonOptions } from './options.ts';
import { createProvider, type SymbolonProvider } from './provider.ts';

/**
 * An EIP-1193 provider for the wallet at `walletUrl`, announced by EIP-6963. On a server it does nothing until it is asked, and
 * refuses what needs a person. Throws TypeError for options that can only be a mistake.
 */
export function createSymbolon(options: SymbolonOptions): SymbolonProvider {
  const page = typeof window === 'undefined' || typeof document === 'undefined' ? null : window;
  const storage = options.storage === undefined && page !== null ? pageStorage() : (options.storage ?? null);
  return createProvider(readOptions(options), page, storage);
}

/** Null where the browser forbids it: touching it throws then. */
function pageStorage(): StorageLike | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export type { ProviderInfo } from './announce.ts';
export { SymbolonError } from './errors.ts';
export type { StorageLike } from './memory.ts';
export type { SymbolonOptions } from './options.ts';
export type { ProviderEvents, RequestArguments, SymbolonProvider } from './provider.ts';
