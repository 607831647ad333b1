import { addressOf, type Codec, type Deployment, ProtocolError, type paths } from '@symbolon/protocol';
import { ClientError, type Party } from './errors.ts';
import { readProblem } from './problem.ts';
import type { Transport } from './transport.ts';

/** A party of the deployment that has an address in it. */
export type Addressed = 'kms' | 'cloud' | 'signer';
type Path = (typeof paths)[keyof typeof paths];

/** Told of each hop that ended, well or not: its name and how long it took, ms. */
export type Observe = (hop: string, ms: number) => void;

const mediaTypes = { cbor: 'application/cbor', octets: 'application/octet-stream' } as const;

/** The parties' addresses as the deployment pins them, and one way to ask each. */
export class Parties {
  readonly #deployment: Deployment;
  readonly #transport: Transport;
  readonly #timeout: number;
  readonly #observe: Observe | undefined;

  /** `timeout`: ms a hop may take. */
  constructor(deployment: Deployment, transport: Transport, timeout: number, observe: Observe | undefined) {
    this.#deployment = deployment;
    this.#transport = transport;
    this.#timeout = timeout;
    this.#observe = observe;
  }

  /** The exact address of a message: what its proof names. */
  address(party: Addressed, path: Path): string {
    return addressOf(this.#deployment[party].url, path);
  }

  /** The answer's body. Throws ClientError `party-unreachable` and `party-refused`. */
  async post(
    party: Addressed,
    path: Path,
    body: Uint8Array,
    media: keyof typeof mediaTypes = 'cbor',
  ): Promise<Uint8Array> {
    return this.#ask(party, path, { method: 'POST', contentType: mediaTypes[media], body });
  }

  /** As {@link post}. */
  async get(party: Addressed, path: Path): Promise<Uint8Array> {
    return this.#ask(party, path, { method: 'GET' });
  }

  async #ask(
    party: Addressed,
    path: Path,
    request: { method: 'GET' | 'POST'; contentType?: string; body?: Uint8Array },
  ): Promise<Uint8Array> {
    const begun = performance.now();
    try {
      const url = this.address(party, path);
      const { status, body } = await this.#transport({ url, timeout: this.#timeout, ...request }).catch((cause) => {
        throw unreachable(party, url, cause);
      });
      if (status >= 200 && status < 300) return body;
      throw refused(party, status, body);
    } finally {
      this.#observe?.(`${party}${path.replace('/v1', '')}`, performance.now() - begun);
    }
  }
}

/** Reads an answer by the protocol. Throws ClientError `party-answer-invalid`. */
export function readAnswer<T>(party: Party, codec: Codec<T>, body: Uint8Array): T {
  try {
    return codec.decode(body);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw invalidAnswer(party, `answered in a form that the protocol does not have (${error.message})`);
  }
}

export function invalidAnswer(party: Party, what: string): ClientError {
  return new ClientError('party-answer-invalid', `The ${party} ${what}.`, { party });
}

/** No answer came from a party. */
export function unreachable(party: Party, url: string, cause: unknown): ClientError {
  return new ClientError('party-unreachable', `The ${party} did not answer at ${url}.`, { party, cause });
}

function refused(party: Addressed, status: number, body: Uint8Array): ClientError {
  const problem = readProblem(body);
  return new ClientError('party-refused', `The ${party} refused: ${problem.message ?? `status ${status}`}`, {
    party,
    status,
    reason: problem.code ?? 'unknown',
    ...(problem.hint === null ? {} : { hint: problem.hint }),
  });
}
