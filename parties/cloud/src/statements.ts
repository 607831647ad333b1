import {
  type AllowedPair,
  addressOf,
  type Deployment,
  type LoggedStatement,
  paths,
  statementListCodec,
} from '@symbolon/protocol';
import { nativeChecks } from '@symbolon/share-store';
import { allowedPairs, newerList, type VerifiedStatement, verifyStatements } from '@symbolon/verify';
import type { CloudStore } from './store.ts';

const timeout = 5_000;
const maximumBytes = 8_388_608;

/**
 * The deployment's statements as this party has verified them itself, kept beside its wallets: the kms brings them, and could
 * neither invent one nor take one back.
 */
export class StatementFollower {
  readonly #store: CloudStore;
  readonly #deployment: Deployment;
  readonly #now: () => number;
  #list: readonly LoggedStatement[];
  #verified: readonly VerifiedStatement[];
  #running: Promise<void> | null = null;

  /** Verifies what lies in the store. Throws Refusal `statement-invalid`. */
  constructor(store: CloudStore, deployment: Deployment, now: () => number) {
    this.#store = store;
    this.#deployment = deployment;
    this.#now = now;
    this.#list = store.statements();
    this.#verified = verifyStatements(this.#list, deployment, nativeChecks);
  }

  /** Pairs in force now. */
  allowed(): AllowedPair[] {
    return allowedPairs(this.#verified, this.#deployment.waitSeconds, this.#now());
  }

  /** Reads the kms's list; one reading at a time. Throws Refusal `statement-invalid` for a fork or a rollback, and fetch's errors. */
  async refresh(): Promise<void> {
    this.#running ??= this.#read().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async #read(): Promise<void> {
    const response = await fetch(addressOf(this.#deployment.kms.url, paths.statements), {
      signal: AbortSignal.timeout(timeout),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    if (!response.ok || body.length > maximumBytes) throw new Error('the kms did not give its statements');
    const { statements } = statementListCodec.decode(body);
    if (statements.length === this.#list.length) return;
    const verified = newerList(this.#verified, verifyStatements(statements, this.#deployment, nativeChecks));
    await this.#store.keepStatements(this.#list.length + 1, statements.slice(this.#list.length));
    this.#list = statements;
    this.#verified = verified;
  }
}
