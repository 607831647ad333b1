import { ServiceError } from './errors.ts';
import type { Database } from './sqlite.ts';

type Job = {
  /** Runs the work inside the open transaction. */
  readonly run: () => void;
  /** Tells the submitter, once the transaction is durable. */
  readonly settle: () => void;
  readonly reject: (reason: unknown) => void;
};

export type GroupCommitOptions = {
  /** Most works in one transaction; default 256. */
  readonly maxBatch?: number;
  /** How long to wait for company, ms; default 0: whatever came in during one turn of the event loop. */
  readonly maxDelayMs?: number;
  /** Told after each commit: how many works, and how long the transaction took (ms). */
  readonly onCommit?: (works: number, ms: number) => void;
};

/**
 * Many writers, one sync of the disk: works submitted at about the same time share one transaction, in the order of their
 * submission, and each promise settles only after the COMMIT that holds its work is durable.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #maxBatch: number;
  readonly #maxDelayMs: number;
  readonly #onCommit: ((works: number, ms: number) => void) | undefined;
  #queue: Job[] = [];
  #scheduled = false;
  /** Set while the next turn waits for company. */
  #delay: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(database: Database, { maxBatch = 256, maxDelayMs = 0, onCommit }: GroupCommitOptions = {}) {
    this.#database = database;
    this.#maxBatch = maxBatch;
    this.#maxDelayMs = maxDelayMs;
    this.#onCommit = onCommit;
  }

  /**
   * Runs `work` in a coming transaction, where it has its effect once, and resolves with its result when that is durable. A work is
   * synchronous and does nothing outside the database: it may be run again after what it did was undone. One that throws is undone
   * alone, rejects with what it threw, and the others commit. Rejects with ServiceError `store-unavailable` (503) when the
   * transaction could not be made durable (then nothing of it happened), or after {@link close}.
   */
  submit<T>(work: (database: Database) => T): Promise<T> {
    if (this.#closed) return Promise.reject(storeUnavailable());
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let settle: () => void;
    const run = () => {
      const result = work(this.#database);
      // What an asynchronous work did after its first await would stand outside the transaction.
      if (result instanceof Promise) throw new TypeError('a work in a transaction is synchronous');
      settle = () => resolve(result);
    };
    this.#queue.push({ run, settle: () => settle(), reject });
    this.#schedule();
    return promise;
  }

  /** Commits what was submitted, then refuses more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#delay);
    while (this.#queue.length > 0) this.#commitNext();
  }

  #schedule(): void {
    const full = this.#queue.length >= this.#maxBatch;
    if (this.#scheduled && (!full || this.#delay === undefined)) return;
    this.#scheduled = true;
    clearTimeout(this.#delay);
    this.#delay = undefined;
    if (this.#maxDelayMs > 0 && !full) this.#delay = setTimeout(this.#turn, this.#maxDelayMs);
    else setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    this.#delay = undefined;
    if (this.#queue.length > 0) this.#commitNext();
    if (this.#queue.length > 0) this.#schedule();
  };

  #commitNext(): void {
    const jobs = this.#queue.splice(0, this.#maxBatch);
    const started = performance.now();
    let refused: Map<Job, unknown>;
    try {
      refused = this.#transact(jobs);
    } catch (cause) {
      for (const job of jobs) job.reject(storeUnavailable(cause));
      return;
    }
    this.#onCommit?.(jobs.length, performance.now() - started);
    for (const job of jobs) {
      if (refused.has(job)) job.reject(refused.get(job));
      else job.settle();
    }
  }

  /**
   * Runs the jobs in one transaction; returns those that threw. Throws when the transaction as a whole did not commit. Savepoints
   * are a third of what a small work costs, and few works throw: only where one does is the batch undone and run with them.
   */
  #transact(jobs: readonly Job[]): Map<Job, unknown> {
    return this.#transactAll(jobs) ?? this.#transactEach(jobs);
  }

  /** Null where a work threw: nothing happened. */
  #transactAll(jobs: readonly Job[]): Map<Job, unknown> | null {
    const { sqlite, statement } = this.#database;
    try {
      statement('BEGIN IMMEDIATE').run();
      for (const job of jobs) {
        try {
          job.run();
        } catch (reason) {
          if (isStoreFailure(reason)) throw reason;
          if (sqlite.isTransaction) statement('ROLLBACK').run();
          return null;
        }
        if (!sqlite.isTransaction) throw endedFromInside();
      }
      statement('COMMIT').run();
      return new Map();
    } catch (error) {
      if (sqlite.isTransaction) statement('ROLLBACK').run();
      throw error;
    }
  }

  #transactEach(jobs: readonly Job[]): Map<Job, unknown> {
    const { sqlite, statement } = this.#database;
    const refused = new Map<Job, unknown>();
    try {
      statement('BEGIN IMMEDIATE').run();
      for (const job of jobs) {
        statement('SAVEPOINT work').run();
        try {
          job.run();
        } catch (reason) {
          if (isStoreFailure(reason)) throw reason;
          refused.set(job, reason);
          if (sqlite.isTransaction) statement('ROLLBACK TO work').run();
        }
        if (!sqlite.isTransaction) throw endedFromInside();
        statement('RELEASE work').run();
      }
      statement('COMMIT').run();
      return refused;
    } catch (error) {
      if (sqlite.isTransaction) statement('ROLLBACK').run();
      throw error;
    }
  }
}

// SQLite may end the transaction by itself: what ran before is gone, and what follows would commit on its own.
const endedFromInside = () => new Error('the transaction was ended from inside');

// SQLite result codes that say nothing about the work but that the store cannot go on: NOMEM, IOERR, CORRUPT, FULL.
const storeFailures: ReadonlySet<number> = new Set([7, 10, 11, 13]);

const isStoreFailure = (reason: unknown): boolean =>
  reason instanceof Error &&
  'errcode' in reason &&
  typeof reason.errcode === 'number' &&
  storeFailures.has(reason.errcode & 0xff);

function storeUnavailable(cause?: unknown): ServiceError {
  const error = new ServiceError({
    status: 503,
    code: 'store-unavailable',
    message: 'The store could not make this durable; nothing was changed.',
    hint: 'Try again later.',
    retryAfter: 5,
  });
  if (cause !== undefined) error.cause = cause;
  return error;
}
