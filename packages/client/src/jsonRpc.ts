import { ClientError } from './errors.ts';
import { unreachable } from './parties.ts';
import type { Transport } from './transport.ts';

/** A chain's JSON-RPC endpoint. What it says is convenience, never trusted: the signer is given every field. */
export class JsonRpc {
  readonly #url: string;
  readonly #transport: Transport;
  readonly #timeout: number;
  #id = 0;

  /** `timeout`: ms a call may take. */
  constructor(url: string, transport: Transport, timeout: number) {
    this.#url = url;
    this.#transport = transport;
    this.#timeout = timeout;
  }

  /** Throws ClientError `party-unreachable` and, with the node's words, `transaction-refused`. */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    this.#id += 1;
    const request = { jsonrpc: '2.0', id: this.#id, method, params };
    const { status, body } = await this.#transport({
      url: this.#url,
      method: 'POST',
      contentType: 'application/json',
      body: new TextEncoder().encode(JSON.stringify(request)),
      timeout: this.#timeout,
    }).catch((cause) => {
      throw unreachable('chain', this.#url, cause);
    });
    const answer = parse(body);
    if (typeof answer?.['error'] === 'object' && answer['error'] !== null) throw refused(method, answer['error']);
    if (status !== 200 || answer?.['result'] === undefined) throw invalid(method);
    return answer['result'];
  }

  /** A quantity of the Ethereum JSON-RPC form (0x hex). Throws as {@link call}, and `party-answer-invalid`. */
  async quantity(method: string, params: readonly unknown[]): Promise<bigint> {
    return quantityOf(await this.call(method, params), method);
  }
}

/** Throws ClientError `party-answer-invalid`. */
export function quantityOf(value: unknown, method: string): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) throw invalid(method);
  return BigInt(value);
}

/** Throws ClientError `party-answer-invalid` for anything but an object. */
export function fieldsOf(value: unknown, method: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw invalid(method);
  return value as Record<string, unknown>;
}

function parse(body: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function refused(method: string, error: object): ClientError {
  const words = 'message' in error && typeof error.message === 'string' ? error.message.slice(0, 300) : 'no reason';
  return new ClientError('transaction-refused', `The chain refused ${method}: ${words}`, { party: 'chain' });
}

function invalid(method: string): ClientError {
  return new ClientError('party-answer-invalid', `The chain answered ${method} in another form.`, { party: 'chain' });
}
