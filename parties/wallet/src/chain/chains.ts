import { fetchTransport, JsonRpc } from '@symbolon/client';
import type { ChainInfo } from '@symbolon/protocol/dapp';

/** ms a question to a chain may take. */
const timeout = 10_000;

/** One chain and how it is asked. */
export interface Chain {
  info: ChainInfo;
  rpc: Pick<JsonRpc, 'call' | 'quantity'>;
}

/** The chains of the page's configuration, and no other: none is ever added by a site. */
export class Chains {
  readonly #chains: ReadonlyMap<string, Chain>;

  constructor(chains: readonly Chain[]) {
    this.#chains = new Map(chains.map((chain) => [chain.info.chainId, chain]));
  }

  /** Null for a chain that the operator does not offer. */
  find(chainId: string): Chain | null {
    return this.#chains.get(chainId) ?? null;
  }

  all(): Chain[] {
    return [...this.#chains.values()];
  }
}

/** Over the platform's fetch: no cookies, no cache. */
export function fetchedChains(infos: readonly ChainInfo[]): Chains {
  const transport = fetchTransport((...request) => fetch(...request));
  return new Chains(infos.map((info) => ({ info, rpc: new JsonRpc(info.rpcUrl, transport, timeout) })));
}
