import type { LoggedStatement, Outcome } from '@symbolon/protocol';
import { signedCodec, statementCodec } from '@symbolon/protocol';
import { type Database, GroupCommit, openDatabase } from '@symbolon/service';
import { pinTable, rotationTables, WalletStore, walletTables } from '@symbolon/share-store';
import { registryTables } from './registry.ts';

const tables = `
  CREATE TABLE outcomes (
    wallet BLOB NOT NULL,
    number INTEGER NOT NULL,
    receipt BLOB NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (wallet, number)
  ) WITHOUT ROWID;
  CREATE TABLE statements (number INTEGER PRIMARY KEY, statement BLOB NOT NULL, entry BLOB NOT NULL, seen INTEGER NOT NULL);
`;

/** Flips that are followed here, and that the kms has not been told of yet. */
const followedTables = `
  CREATE TABLE followed (wallet BLOB PRIMARY KEY REFERENCES wallets (id) ON DELETE CASCADE, epoch INTEGER NOT NULL) WITHOUT ROWID;
`;

/** `seen`: when this party first saw it, ms. The kms's own word on the time could be older than the truth. */
export interface SeenStatement extends LoggedStatement {
  seen: number;
}

/** Everything the cloud keeps: one SQLite file, every change durable before it is acknowledged. */
export class CloudStore {
  readonly database: Database;
  readonly commit: GroupCommit;
  readonly wallets: WalletStore;

  constructor(path: string) {
    this.database = openDatabase(path, [
      `${walletTables}${pinTable}${tables}`,
      registryTables,
      `${rotationTables}${followedTables}`,
    ]);
    this.commit = new GroupCommit(this.database);
    this.wallets = new WalletStore(this.database, this.commit);
  }

  /** Notes how releases ended; the first word about each stays. */
  async recordOutcomes(items: readonly Outcome[]): Promise<void> {
    await this.commit.submit(({ statement }) => {
      const sql = 'INSERT INTO outcomes (wallet, number, receipt, outcome) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
      for (const { wallet, number, receipt, outcome } of items) statement(sql).run(wallet, number, receipt, outcome);
    });
  }

  /** Flips followed here of which the kms has not heard, some of them. */
  followed(limit: number): { wallet: Uint8Array; epoch: number }[] {
    const rows = this.database.statement('SELECT wallet, epoch FROM followed LIMIT ?').all(limit);
    return rows.map((row) => ({ wallet: row['wallet'] as Uint8Array, epoch: Number(row['epoch']) }));
  }

  async kmsHeard(followed: readonly { wallet: Uint8Array; epoch: number }[]): Promise<void> {
    await this.commit.submit(({ statement }) => {
      const sql = 'DELETE FROM followed WHERE wallet = ? AND epoch = ?';
      for (const { wallet, epoch } of followed) statement(sql).run(wallet, epoch);
    });
  }

  /** Statements that this party has verified, and when it first saw each, ms. */
  statements(): SeenStatement[] {
    const rows = this.database.statement('SELECT statement, entry, seen FROM statements ORDER BY number').all();
    return rows.map((row) => ({
      statement: statementCodec.decode(row['statement'] as Uint8Array),
      entry: signedCodec.decode(row['entry'] as Uint8Array),
      seen: Number(row['seen']),
    }));
  }

  /** Keeps statements from a number on. */
  async keepStatements(from: number, added: readonly SeenStatement[]): Promise<void> {
    await this.commit.submit((database) => {
      const sql = 'INSERT INTO statements (number, statement, entry, seen) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
      for (const [index, { statement, entry, seen }] of added.entries()) {
        database.statement(sql).run(from + index, statementCodec.encode(statement), signedCodec.encode(entry), seen);
      }
    });
  }

  close(): void {
    this.commit.close();
    this.database.close();
  }
}

/** Inside the work that follows a flip: the kms is to be told. */
export function noteFollowed({ statement }: Database, wallet: Uint8Array, epoch: number): void {
  const sql = `INSERT INTO followed (wallet, epoch) VALUES (?, ?)
    ON CONFLICT (wallet) DO UPDATE SET epoch = excluded.epoch`;
  statement(sql).run(wallet, epoch);
}
