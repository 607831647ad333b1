import {
  type AllowedPair,
  addressOf,
  type Deployment,
  type LoggedStatement,
  paths,
  statementListCodec,
} from '@symbolon/protocol';
import { nativeChecks } from '@symbolon/share-store';
import {
  allowedPairs,
  newerList,
  type OrderedRotation,
  orderedRotations,
  readBytes,
  type VerifiedStatement,
  verifyStatements,
} from '@symbolon/verify';
import type { CloudStore, SeenStatement } from './store.ts';

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
  #list: readonly SeenStatement[];
  #verified: readonly VerifiedStatement[];
  #running: Promise<void> | null = null;

  /** Verifies what lies in the store. Throws Refusal `statement-invalid`. */
  constructor(store: CloudStore, deployment: Deployment, now: () => number) {
    this.#store = store;
    this.#deployment = deployment;
    this.#now = now;
    this.#list = store.statements();
    this.#verified = this.#counting(this.#list);
  }

  /** Rotations of everyone that are ordered now. */
  orderedRotations(): OrderedRotation[] {
    return orderedRotations(this.#verified, this.#deployment.waitSeconds, this.#now());
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
    const address = addressOf(this.#deployment.kms.url, paths.statements);
    const response = await fetch(address, { signal: AbortSignal.timeout(timeout) });
    if (!response.ok) throw new Error('the kms did not give its statements');
    const { statements } = statementListCodec.decode(await readBytes(response, maximumBytes));
    if (statements.length === this.#list.length) return;
    newerList(this.#verified, this.#verify(statements));
    const added = statements.slice(this.#list.length).map((one) => ({ ...one, seen: this.#now() }));
    await this.#store.keepStatements(this.#list.length + 1, added);
    this.#list = [...this.#list, ...added];
    this.#verified = this.#counting(this.#list);
  }

  /** The waiting time runs from when the kms logged a statement, and from when this party saw it, whichever is later. */
  #counting(list: readonly SeenStatement[]): VerifiedStatement[] {
    return this.#verify(list).map((one, index) => ({
      ...one,
      loggedAt: Math.max(one.loggedAt, list[index]?.seen ?? 0),
    }));
  }

  #verify(list: readonly LoggedStatement[]): VerifiedStatement[] {
    return verifyStatements(list, this.#deployment, nativeChecks);
  }
}
