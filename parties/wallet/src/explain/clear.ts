import type { ExplainedField, Explanation, Hex, Index, Request, Sources } from '@symbolon/clear-signing';
import type { Chains } from '../chain/chains.ts';
import type { Field, Sentence } from '../model.ts';
import { plainText } from './text.ts';
import { readToken } from './tokens.ts';

/** What a descriptor says of a request: its words, and whether every value in it could be read. */
export interface Described {
  sentence: Sentence;
  detail: string | null;
  fields: Field[];
  complete: boolean;
}

/** Says a request by its ERC-7730 descriptor; null where there is none, or it does not fit the request in full. */
export type ClearSigner = (request: Request) => Promise<Described | null>;

/** Gives a descriptor file's text by its SHA-256 in hex; null where it cannot be had. */
export type Fetched = (hash: string) => Promise<string | null>;

/**
 * Over the descriptors of the release. The index is fetched once, and each descriptor when a request may need it; the engine
 * compares their hashes, and the index's is part of the page's configuration.
 */
export function clearSigner(indexHash: string | null, chains: Chains, fetched: Fetched): ClearSigner {
  let engine: Promise<((request: Request) => Promise<Explanation>) | null> | null = null;
  const load = async () => {
    const { explain, indexedRegistry } = await import('@symbolon/clear-signing');
    const text = indexHash === null ? null : await fetched(indexHash);
    if (text === null || (await sha256Hex(text)) !== indexHash) return null;
    const registry = indexedRegistry(JSON.parse(text) as Index, fetched);
    return (request: Request) => explain(request, sourcesOf(chains), registry);
  };
  return async (request) => {
    try {
      engine ??= load().catch((error: unknown) => {
        // What could not be fetched now may be fetched for the next request.
        engine = null;
        throw error;
      });
      const explain = await engine;
      return explain === null ? null : toDescribed(await explain(request));
    } catch {
      // Nothing is said rather than something wrong: the request is shown as one that nobody describes.
      return null;
    }
  };
}

/** The wallet's own origin serves them, each immutable under its hash. */
export const fetchDescriptor: Fetched = async (hash) => {
  const response = await fetch(`/descriptors/${hash}.json`, { credentials: 'omit', redirect: 'error' });
  return response.ok ? response.text() : null;
};

/** Tokens say themselves what they are called; the fields carry their addresses, so that a name alone deceives nobody. */
function sourcesOf(chains: Chains): Sources {
  const find = (chainId: number) => chains.find(`0x${chainId.toString(16)}`);
  const token = async (chainId: number, address: Hex) => {
    const chain = find(chainId);
    const said = chain === null ? null : await readToken(chain, address);
    return said === null || said.decimals === null
      ? null
      : { name: said.symbol, symbol: said.symbol, decimals: said.decimals };
  };
  return {
    token,
    chain: async (chainId) => {
      const info = find(chainId)?.info;
      return info === undefined ? null : { name: info.name, currency: info.currency };
    },
    implements: async (chainId, address, standard) =>
      standard.startsWith('erc20') && (await token(chainId, address)) !== null,
  };
}

function toDescribed({ intent, owner, interpolatedIntent, fields }: Explanation): Described {
  return {
    sentence: {
      kind: 'described',
      intent: plainText(intent, 120),
      owner: owner === null ? null : plainText(owner, 80),
    },
    detail: interpolatedIntent === undefined ? null : plainText(interpolatedIntent, 400),
    fields: fields.flatMap((field) => toFields(field, 0)),
    complete: fields.every(isComplete),
  };
}

function toFields(field: ExplainedField, depth: number): Field[] {
  const { label, value, address, token, call, amount, groups = [] } = field;
  const at = depth + groups.length;
  const shown = call === undefined ? value : call.intent;
  const pointed = address ?? token;
  return [
    {
      label: plainText(label, 80),
      value: plainText(shown, 2_000),
      depth: at,
      ...(pointed === undefined ? {} : { address: pointed }),
    },
    ...(amount === undefined ? [] : [{ label: plainText(label, 80), value: plainText(amount, 200), depth: at }]),
    ...(call?.fields ?? []).flatMap((inner) => toFields(inner, at + 1)),
  ];
}

const isComplete = ({ warnings = [], call }: ExplainedField): boolean =>
  warnings.length === 0 && (call?.fields ?? []).every(isComplete);

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
