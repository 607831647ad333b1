import type { SigningKey } from '@symbolon/crypto/native';
import {
  type AllowedPair,
  type Deployment,
  type LoggedStatement,
  type Signed,
  type SignedStatement,
  signedCodec,
  statementCodec,
  statementEntryStatement,
  tagged,
} from '@symbolon/protocol';
import { nativeChecks } from '@symbolon/share-store';
import {
  allowedPairs,
  type DecidedVault,
  decidedVault,
  type OrderedRotation,
  orderedRotations,
  Refusal,
  type VerifiedStatement,
  verifyStatement,
  verifyStatements,
} from '@symbolon/verify';
import { append } from './log.ts';
import type { KmsStore } from './store.ts';

/** The deployment's k-of-n statements (law 12), on the kms's log. The kms believes them no sooner than anyone else. */
export class StatementLog {
  readonly #store: KmsStore;
  readonly #deployment: Deployment;
  readonly #signing: SigningKey;
  readonly #now: () => number;
  #verified: VerifiedStatement[];

  /** Verifies the whole list as it lies in the store. Throws Refusal `statement-invalid`. */
  constructor(store: KmsStore, deployment: Deployment, signing: SigningKey, now: () => number) {
    this.#store = store;
    this.#deployment = deployment;
    this.#signing = signing;
    this.#now = now;
    this.#verified = verifyStatements(this.list(), deployment, nativeChecks);
  }

  /** Takes the next statement and logs it. Throws Refusal `statement-invalid`. Sent again, it is answered as before. */
  async submit(statement: SignedStatement): Promise<{ entry: Signed }> {
    const known = this.list().find((logged) => Buffer.compare(logged.statement.body, statement.body) === 0);
    if (known !== undefined) return { entry: known.entry };
    const next = verifyStatement(
      statement,
      this.#verified[this.#verified.length - 1] ?? null,
      this.#deployment,
      nativeChecks,
    );
    const loggedAt = this.#now();
    const entry = await this.#store.commit.submit((database) => {
      const { number } = next.body;
      const said = { v: 1, deployment: this.#deployment.id, number, statement: next.hash, at: loggedAt } as const;
      const taken = database.statement('SELECT 1 FROM statements WHERE number = ?').get(number);
      if (taken !== undefined) throw new Refusal('statement-invalid', 'Another statement came first.');
      const { body } = append(database, 'statement', ({ index }) =>
        statementEntryStatement.body.encode({ ...said, log: index }),
      );
      const signed = { body, signature: this.#signing.sign(tagged(statementEntryStatement.domain, body)) };
      const sql = 'INSERT INTO statements (number, statement, entry) VALUES (?, ?, ?)';
      database.statement(sql).run(number, statementCodec.encode(statement), signedCodec.encode(signed));
      return signed;
    });
    this.#verified = [...this.#verified, { ...next, loggedAt }];
    return { entry };
  }

  list(): LoggedStatement[] {
    const rows = this.#store.database.statement('SELECT statement, entry FROM statements ORDER BY number').all();
    return rows.map((row) => ({
      statement: statementCodec.decode(row['statement'] as Uint8Array),
      entry: signedCodec.decode(row['entry'] as Uint8Array),
    }));
  }

  /** Rotations of everyone that are ordered now. */
  orderedRotations(): OrderedRotation[] {
    return orderedRotations(this.#verified, this.#deployment.waitSeconds, this.#now());
  }

  /** Pairs in force now. */
  allowed(): AllowedPair[] {
    return allowedPairs(this.#verified, this.#deployment.waitSeconds, this.#now());
  }

  /** The vault that the organisations decided on, as of now. */
  vault(): DecidedVault | null {
    return decidedVault(this.#verified, this.#deployment.waitSeconds, this.#now());
  }
}
