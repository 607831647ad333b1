import { fetchTransport, hasCode, JsonRpc } from '@symbolon/client';
import { CliError } from './errors.ts';
import type { Home } from './home.ts';

const timeout = 10_000;

/** A chain as a person named it, or the local system's: what does not answer as a chain is named by its address. */
class NamedChain extends JsonRpc {
  readonly #url: string;
  readonly #next: string;

  constructor(url: string, next: string) {
    super(url, fetchTransport(fetch), timeout);
    this.#url = url;
    this.#next = next;
  }

  /** Throws CliError `chain-unreachable`, `chain-unclear`, and what JsonRpc throws besides. */
  override async call(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return await super.call(method, params);
    } catch (error) {
      if (hasCode(error, 'party-unreachable')) {
        throw new CliError('chain-unreachable', `No chain answers at ${this.#url}.`, this.#next);
      }
      if (hasCode(error, 'party-answer-invalid')) {
        throw new CliError('chain-unclear', `What answers at ${this.#url} is no Ethereum JSON-RPC.`, this.#next);
      }
      throw error;
    }
  }
}

/** An address given by --rpc. Throws CliError `rpc-invalid`. */
export function parseRpc(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return text;
  const hint = 'Write it like http://127.0.0.1:8545 or https://rpc.example';
  throw new CliError('rpc-invalid', `--rpc "${text}" is no web address.`, hint);
}

/** The chain at `rpc`, or the local system's. Throws CliError `no-chain`. */
export function chainOf({ running }: Home, rpc: string | undefined): JsonRpc {
  if (rpc !== undefined) return new NamedChain(rpc, 'Check --rpc, and that the node there is up.');
  if (running !== null) return new NamedChain(running.chain, '`symbolon doctor` shows what is up here.');
  const hint = 'Start the local one with `symbolon up`, or name one with --rpc URL.';
  throw new CliError('no-chain', 'No chain is known here.', hint);
}
