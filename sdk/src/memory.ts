import type { Page } from './page.ts';
import { isObject } from './plain.ts';
import { isAddresses, isChainId } from './wire.ts';

/** A batch of calls that was sent from this page (EIP-5792). */
export interface SentCalls {
  id: string;
  /** 0x hex. */
  chainId: string;
  /** Transaction hashes, in the order of the calls; fewer than calls where the person rejected the rest. */
  hashes: readonly string[];
  /** How many calls there are. */
  count: number;
}

/** What outlives a reload, and is the same in every tab of this origin. Nothing of it is secret, and the wallet believes none of it. */
export interface Remembered {
  accounts: readonly string[];
  /** null: never chosen. */
  chainId: string | null;
  /** This page disconnected while the wallet was not there: it is told first, when it is. */
  owed: boolean;
  calls: readonly SentCalls[];
}

export interface Memory {
  readonly now: Remembered;
  set: (change: Partial<Remembered>) => void;
}

/** `localStorage` is one; so is anything with these two. */
export type StorageLike = Pick<Storage, 'getItem' | 'setItem'>;

const nothing: Remembered = { accounts: [], chainId: null, owed: false, calls: [] };
const maxCalls = 32;
/** A storage event is not sent to the window that wrote: this one is, for other providers on the same page. */
const sibling = 'symbolon:remembered';

/**
 * Remembers under one key per wallet. `onChange` hears of every change: its own, other tabs' and other providers' on this page.
 * A storage that is full or forbidden costs the memory, nothing else.
 */
export function createMemory(
  key: string,
  storage: StorageLike | null,
  page: Page | null,
  onChange: (before: Remembered, after: Remembered) => void,
): Memory {
  let now = load();

  function load(): Remembered {
    try {
      return readRemembered(JSON.parse(storage?.getItem(key) ?? 'null'));
    } catch {
      return nothing;
    }
  }

  function become(next: Remembered): void {
    const before = now;
    now = next;
    onChange(before, next);
  }

  page?.addEventListener('storage', (event) => {
    if (event.key === key || event.key === null) become(load());
  });
  page?.addEventListener(sibling, (event) => {
    const { detail } = event as CustomEvent<{ key: string; from: unknown }>;
    if (detail.key === key && detail.from !== memory) become(load());
  });

  const memory: Memory = {
    get now() {
      return now;
    },
    set(change) {
      const next = { ...now, ...change };
      try {
        storage?.setItem(key, JSON.stringify({ v: 1, ...next, calls: next.calls.slice(-maxCalls) }));
        if (storage !== null) page?.dispatchEvent(new CustomEvent(sibling, { detail: { key, from: memory } }));
      } catch {
        // Remembered until the page is left, then.
      }
      become(next);
    },
  };
  return memory;
}

/** Anything on this origin may have written it: whatever does not fit is forgotten. */
function readRemembered(stored: unknown): Remembered {
  if (!isObject(stored) || stored['v'] !== 1) return nothing;
  const { accounts, chainId, owed, calls } = stored;
  return {
    accounts: isAddresses(accounts) ? accounts : [],
    chainId: isChainId(chainId) ? chainId : null,
    owed: owed === true,
    calls: Array.isArray(calls) ? calls.filter(isSentCalls) : [],
  };
}

function isSentCalls(value: unknown): value is SentCalls {
  if (!isObject(value)) return false;
  const { id, chainId, hashes, count } = value;
  const named = typeof id === 'string' && isChainId(chainId) && Number.isSafeInteger(count);
  return named && Array.isArray(hashes) && hashes.every(isHash);
}

/** 32 bytes in hex. */
export function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value);
}
