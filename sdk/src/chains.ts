import { refusal, SymbolonError } from './errors.ts';
import { isObject } from './plain.ts';
import { type ChainInfo, type ChainList, readChainList } from './wire.ts';

/** How long a chain or the wallet's host may take, ms. */
const patience = 20_000;

/** The operator's list of chains, and reads of them. */
export interface Chains {
  /** The list, fetched once; fetched again only after it failed. Rejects with `wallet-unreachable`. */
  all: () => Promise<readonly ChainInfo[]>;
  /** The operator's relay, an origin. Rejects as `all` does. */
  relayUrl: () => Promise<string>;
  /** Whether the wallet works there: undefined while the list is not there. */
  knows: (chainId: string) => boolean | undefined;
  /** One JSON-RPC call. Rejects with the chain's own error, `chain-not-offered`, `rpc-unreachable` or `rpc-busy`. */
  read: (chainId: string, method: string, params: unknown) => Promise<unknown>;
}

/** `wanted`: the chains that the dApp works with, undefined for all of the operator's. */
export function createChains(walletOrigin: string, wanted: readonly string[] | undefined): Chains {
  let list: readonly ChainInfo[] | undefined;
  let fetching: Promise<ChainList> | null = null;
  let lastId = 0;

  async function fetchList(): Promise<ChainList> {
    try {
      const answer = await fetch(`${walletOrigin}/chains.json`, {
        credentials: 'omit',
        signal: AbortSignal.timeout(patience),
      });
      const { chains, relayUrl } = readChainList(await answer.json());
      list = wanted === undefined ? chains : chains.filter((chain) => wanted.includes(chain.chainId));
      return { chains: list, relayUrl };
    } catch {
      fetching = null;
      throw refusal('wallet-unreachable');
    }
  }

  function whole(): Promise<ChainList> {
    fetching ??= fetchList();
    return fetching;
  }
  const all = async () => (await whole()).chains;

  return {
    all,
    relayUrl: async () => (await whole()).relayUrl,
    knows(chainId) {
      if (wanted !== undefined && !wanted.includes(chainId)) return false;
      return list?.some((chain) => chain.chainId === chainId);
    },
    async read(chainId, method, params) {
      const chain = (await all()).find((one) => one.chainId === chainId);
      if (chain === undefined) throw refusal('chain-not-offered');
      lastId += 1;
      return readAnswer(await post(chain.rpcUrl, { jsonrpc: '2.0', id: lastId, method, params: params ?? [] }));
    },
  };
}

async function post(url: string, call: object): Promise<unknown> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(call) };
  let answer: Response;
  try {
    answer = await fetch(url, { ...request, credentials: 'omit', signal: AbortSignal.timeout(patience) });
  } catch {
    throw refusal('rpc-unreachable');
  }
  if (answer.status === 429) throw refusal('rpc-busy');
  // Nodes answer errors of theirs with statuses of all kinds, and JSON: what counts is the body.
  return answer.json().catch(() => {
    throw refusal('rpc-unreachable', `It answered ${answer.status}.`);
  });
}

function readAnswer(answer: unknown): unknown {
  if (!isObject(answer)) throw refusal('rpc-unreachable', 'It answered no JSON-RPC.');
  const { error } = answer;
  if (isObject(error)) {
    const code = Number.isSafeInteger(error['code']) ? Number(error['code']) : -32603;
    throw new SymbolonError(code, 'rpc-error', String(error['message']), error['data']);
  }
  if (!('result' in answer)) throw refusal('rpc-unreachable', 'It answered no JSON-RPC.');
  return answer['result'];
}
