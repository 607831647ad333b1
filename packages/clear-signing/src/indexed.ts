import type { Hex } from './bytes.ts';
import { own } from './json.ts';
import type { DescriptorId, Registry, StandardEntry } from './registry.ts';

/** What a page needs to know to fetch only the descriptors it needs: JSON, with numbers that count into `ids`. */
export interface Index {
  v: 1;
  ids: DescriptorId[];
  /** Chain id, address in lower case. */
  contracts: Record<string, Record<string, number[]>>;
  messages: Record<string, Record<string, number[]>>;
  /** Chain id. */
  factories: Record<string, number[]>;
  /** Domain name; the empty one for domains that fix no name. */
  domains: Record<string, number[]>;
  /** Selector, or Keccak-256 of `encodeType`. */
  standards: Record<string, { descriptor: number; standard: string }[]>;
}

/** A registry of an index that is at hand and descriptors that are fetched when needed. */
export function indexedRegistry(index: Index, load: (id: DescriptorId) => Promise<string | null>): Registry {
  const ids = (numbers: number[] | undefined): DescriptorId[] =>
    (numbers ?? []).map((i) => index.ids[i]).filter((id) => id !== undefined);
  const at = <T>(record: Record<string, T>, key: string): T | undefined => own(record, key) as T | undefined;
  return {
    contracts: (chainId, address) => ids(at(at(index.contracts, String(chainId)) ?? {}, address)),
    messages: (chainId, address) => ids(at(at(index.messages, String(chainId)) ?? {}, address)),
    factories: (chainId) => ids(at(index.factories, String(chainId))),
    domains: (name) => [...(name === null ? [] : ids(at(index.domains, name))), ...ids(at(index.domains, ''))],
    standards: (key: Hex): StandardEntry[] =>
      (at(index.standards, key) ?? []).flatMap(({ descriptor, standard }) =>
        ids([descriptor]).map((id) => ({ id, standard })),
      ),
    load,
  };
}
