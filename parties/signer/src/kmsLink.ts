import {
  addressOf,
  paths,
  type ReleaseAsk,
  type ReleaseResult,
  releasesAnswer,
  releasesCodec,
  releasesPerBatch,
} from '@symbolon/protocol';
import { type buildConnector, Pool } from 'undici';

type Released = Extract<ReleaseResult, { status: 'released' }>;

/** The kms did not release. `retry-*` codes a new request can mend; `refused` is all that is said of the rest. */
export class ReleaseError extends Error {
  readonly code: 'refused' | 'retry-evidence' | 'retry-later';

  constructor(code: ReleaseError['code']) {
    super('The kms did not release.');
    this.name = 'ReleaseError';
    this.code = code;
  }
}

interface Waiting {
  ask: ReleaseAsk;
  resolve: (released: Released) => void;
  reject: (error: Error) => void;
}

const connections = 2;
const timeout = 8_000;
const maximumWaiting = 2_000;
/** bytes */
const maximumAnswer = 1_048_576;

/**
 * The way to the kms: few connections, and on each one batch at a time. What comes while a batch is away goes with the next, so
 * that many requests share a round trip and the kms's disk sync, and one alone does not wait.
 */
export class KmsLink {
  readonly #pool: Pool;
  readonly #path: string;
  #waiting: Waiting[] = [];
  #away = 0;
  #scheduled = false;

  constructor(kmsUrl: string, connect: buildConnector.connector) {
    const address = new URL(addressOf(kmsUrl, paths.releases));
    this.#pool = new Pool(address.origin, {
      connections,
      connect,
      pipelining: 1,
      bodyTimeout: timeout,
      headersTimeout: timeout,
      maxResponseSize: maximumAnswer,
    });
    this.#path = address.pathname;
  }

  /** Throws ReleaseError. A lost answer keeps its number at the kms: the retry is a new envelope. */
  release(ask: ReleaseAsk): Promise<Released> {
    if (this.#waiting.length >= maximumWaiting) return Promise.reject(new ReleaseError('retry-later'));
    const { promise, resolve, reject } = Promise.withResolvers<Released>();
    this.#waiting.push({ ask, resolve, reject });
    this.#schedule();
    return promise;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  #schedule(): void {
    if (this.#scheduled || this.#away >= connections) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const batch = this.#waiting.splice(0, releasesPerBatch);
      if (batch.length === 0) return;
      this.#away += 1;
      void this.#send(batch).finally(() => {
        this.#away -= 1;
        this.#schedule();
      });
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const { statusCode, body } = await this.#pool.request({
        method: 'POST',
        path: this.#path,
        headers: { 'content-type': 'application/cbor' },
        body: releasesCodec.encode({ asks: batch.map(({ ask }) => ask) }),
      });
      const bytes = new Uint8Array(await body.arrayBuffer());
      if (statusCode !== 200) throw new ReleaseError('retry-later');
      const { results } = releasesAnswer.decode(bytes);
      if (results.length !== batch.length) throw new ReleaseError('retry-later');
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result?.status === 'released') resolve(result);
        else reject(new ReleaseError(codeOf(result?.code)));
      }
    } catch {
      for (const { reject } of batch) reject(new ReleaseError('retry-later'));
    }
  }
}

function codeOf(code: string | undefined): ReleaseError['code'] {
  if (code === 'signer-unknown') return 'retry-evidence';
  return code === 'store-unavailable' || code === 'issuer-unreachable' ? 'retry-later' : 'refused';
}
