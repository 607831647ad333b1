import type { Activation, LoggedStatement, Outcome, Signed } from '@symbolon/protocol';
import { signedCodec, statementCodec } from '@symbolon/protocol';
import { type Database, GroupCommit, openDatabase } from '@symbolon/service';
import { pinTable, WalletStore, walletTables } from '@symbolon/share-store';

const tables = `
  CREATE TABLE outcomes (
    wallet BLOB NOT NULL,
    number INTEGER NOT NULL,
    receipt BLOB NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (wallet, number)
  ) WITHOUT ROWID;
  CREATE TABLE statements (number INTEGER PRIMARY KEY, statement BLOB NOT NULL, entry BLOB NOT NULL);
`;

/** Everything the cloud keeps: one SQLite file, every change durable before it is acknowledged. */
export class CloudStore {
  readonly database: Database;
  readonly commit: GroupCommit;
  readonly wallets: WalletStore;

  constructor(path: string) {
    this.database = openDatabase(path, [`${walletTables}${pinTable}${tables}`]);
    this.commit = new GroupCommit(this.database);
    this.wallets = new WalletStore(this.database, this.commit);
  }

  /** What the kms decided: the pending wallet is active. Done already, it changes nothing. */
  async follow(wallet: Uint8Array, activation: Signed, { epoch }: Activation): Promise<void> {
    await this.commit.submit(({ statement }) => {
      const sql =
        "UPDATE wallets SET state = 'active', activation = ? WHERE id = ? AND state = 'pending' AND epoch = ?";
      statement(sql).run(signedCodec.encode(activation), wallet, epoch);
    });
  }

  /** Notes how releases ended; the first word about each stays. */
  async recordOutcomes(items: readonly Outcome[]): Promise<void> {
    await this.commit.submit(({ statement }) => {
      const sql = 'INSERT INTO outcomes (wallet, number, receipt, outcome) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
      for (const { wallet, number, receipt, outcome } of items) statement(sql).run(wallet, number, receipt, outcome);
    });
  }

  statements(): LoggedStatement[] {
    const rows = this.database.statement('SELECT statement, entry FROM statements ORDER BY number').all();
    return rows.map((row) => ({
      statement: statementCodec.decode(row['statement'] as Uint8Array),
      entry: signedCodec.decode(row['entry'] as Uint8Array),
    }));
  }

  /** Keeps statements that this party has verified, from the first that it lacked. */
  async keepStatements(from: number, added: readonly LoggedStatement[]): Promise<void> {
    await this.commit.submit((database) => {
      const sql = 'INSERT INTO statements (number, statement, entry) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
      for (const [index, { statement, entry }] of added.entries()) {
        database.statement(sql).run(from + index, statementCodec.encode(statement), signedCodec.encode(entry));
      }
    });
  }

  close(): void {
    this.commit.close();
    this.database.close();
  }
}
