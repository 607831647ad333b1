import { CryptoError } from '@symbolon/crypto';
import type { SigningKey } from '@symbolon/crypto/native';
import {
  addressOf,
  type Deployment,
  type Outcome,
  outcomesStatement,
  paths,
  signedCodec,
  signStatement,
} from '@symbolon/protocol';
import type { Counter } from '@symbolon/service';
import type { OnRecord } from './agree.ts';

const perReport = 64;
const delay = 200;
const timeout = 5_000;
const maximumWaiting = 10_000;

/**
 * Tells kms and cloud how each release ended, under the attested key, in batches and not waited for. A word that gets lost leaves
 * the release "unknown" at the stores, never a mismatch.
 */
export class OutcomeReporter {
  readonly #deployment: Deployment;
  readonly #id: Uint8Array;
  readonly #signing: SigningKey;
  readonly #now: () => number;
  readonly #ended: Counter;
  readonly #fetch: typeof fetch;
  #waiting: Outcome[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    deployment: Deployment,
    id: Uint8Array,
    signing: SigningKey,
    now: () => number,
    ended: Counter,
    fetcher: typeof fetch,
  ) {
    this.#deployment = deployment;
    this.#id = id;
    this.#signing = signing;
    this.#now = now;
    this.#ended = ended;
    this.#fetch = fetcher;
  }

  /** Runs what ends a release, and reports how it did, whichever way. */
  reporting<T>({ receipt, hash, isSigned }: OnRecord, work: () => T): T {
    const report = (outcome: Outcome['outcome']) =>
      this.#report({ wallet: receipt.wallet, number: receipt.number, receipt: hash, outcome });
    try {
      const result = work();
      report('signed');
      return result;
    } catch (error) {
      // The host could hand us a receipt of its own making: nothing is said of a release that the kms does not vouch for.
      if (isSigned()) report(error instanceof CryptoError && error.code === 'key-mismatch' ? 'mismatch' : 'refused');
      throw error;
    }
  }

  /** Sends what waits, once. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flushAll();
  }

  #report(outcome: Outcome): void {
    this.#ended.add(1, outcome.outcome);
    if (this.#waiting.length >= maximumWaiting) this.#waiting.shift();
    this.#waiting.push(outcome);
    this.#timer ??= setTimeout(() => void this.#flushAll(), delay);
  }

  async #flushAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#flush();
    this.#timer = undefined;
  }

  async #flush(): Promise<void> {
    const items = this.#waiting.splice(0, perReport);
    if (items.length === 0) return;
    const said = { v: 1, deployment: this.#deployment.id, signer: this.#id, at: this.#now(), items } as const;
    const body = signedCodec.encode(signStatement(outcomesStatement, said, this.#signing));
    const { kms, cloud } = this.#deployment;
    await Promise.allSettled([kms, cloud].map(({ url }) => this.#send(url, body)));
  }

  async #send(url: string, body: Uint8Array): Promise<void> {
    const response = await this.#fetch(addressOf(url, paths.outcomes), {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
      body: body as Uint8Array<ArrayBuffer>,
      signal: AbortSignal.timeout(timeout),
    });
    await response.body?.cancel();
  }
}
