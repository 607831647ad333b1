import { type Outcomes, type PreparedEpoch, type Receipt, receiptHash, receiptStatement } from '@symbolon/protocol';
import { type Database, GroupCommit, openDatabase } from '@symbolon/service';
import { pinTable, rotationTables, type WalletRow, WalletStore, walletTables } from '@symbolon/share-store';
import { Refusal } from '@symbolon/verify';
import { append, logTable } from './log.ts';

const tables = `
  CREATE TABLE release_heads (
    wallet BLOB PRIMARY KEY,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE releases (
    wallet BLOB NOT NULL,
    number INTEGER NOT NULL,
    place INTEGER NOT NULL REFERENCES log (place),
    outcome TEXT,
    PRIMARY KEY (wallet, number)
  ) WITHOUT ROWID;
  CREATE TABLE used (rh BLOB PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX used_by_expiry ON used (expires);
  CREATE TABLE mail_codes (
    wallet BLOB NOT NULL REFERENCES wallets (id) ON DELETE CASCADE,
    key BLOB NOT NULL,
    code BLOB NOT NULL,
    tries INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (wallet, key)
  ) WITHOUT ROWID;
  CREATE TABLE outbox (id INTEGER PRIMARY KEY, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE statements (number INTEGER PRIMARY KEY, statement BLOB NOT NULL, entry BLOB NOT NULL);
`;

/** What an outcome has to name, beside its release: without reading the receipt again for each. */
const releaseNames = `
  ALTER TABLE releases ADD COLUMN receipt BLOB;
  ALTER TABLE releases ADD COLUMN signer BLOB;
`;

/** `given`: the highest epoch number that was ever given out. That of an attempt which died is never used again. */
const epochsGiven = `
  ALTER TABLE wallets ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE ordered_attempts (attempt BLOB PRIMARY KEY, number INTEGER NOT NULL, made INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE ordered_rotations (
    number INTEGER PRIMARY KEY,
    rotated INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    report BLOB
  );
  ALTER TABLE releases ADD COLUMN epoch INTEGER;
`;

/** What law 5 fixes about a release before the transaction gives it its number and place. */
export type NewRelease = Omit<Receipt, 'number' | 'previous' | 'log'>;

/** Everything the kms keeps: one SQLite file, every change durable before it is acknowledged. */
export class KmsStore {
  readonly database: Database;
  readonly commit: GroupCommit;
  readonly wallets: WalletStore;

  constructor(path: string, onCommit: (works: number, ms: number) => void) {
    this.database = openDatabase(path, [
      `${walletTables}${pinTable}${logTable}${tables}`,
      releaseNames,
      `${rotationTables}${epochsGiven}`,
    ]);
    this.commit = new GroupCommit(this.database, { onCommit });
    this.wallets = new WalletStore(this.database, this.commit);
  }

  /**
   * Law 5, in one durable transaction: never used before, the wallet's next number without a gap, on the log. `row` is what the
   * release was checked against; a change of it in between refuses. Resolves with the receipt's body. Throws Refusal.
   */
  recordRelease(row: WalletRow, release: NewRelease): Promise<Uint8Array> {
    return this.commit.submit((database) => {
      const { statement } = database;
      const used = statement('INSERT INTO used (rh, expires) VALUES (?, ?) ON CONFLICT DO NOTHING');
      if (used.run(release.rh, release.expires).changes !== 1) {
        throw new Refusal('request-used', 'This request was used before.');
      }
      const unchanged = statement('SELECT 1 FROM wallets WHERE id = ? AND state = ? AND epoch = ? AND head = ?');
      if (unchanged.get(row.id, row.state, row.epoch, row.head) === undefined) {
        throw new Refusal('wallet-state', 'The wallet changed meanwhile.');
      }
      const before = statement('SELECT number, hash FROM release_heads WHERE wallet = ?').get(row.id);
      const number = Number(before?.['number'] ?? 0) + 1;
      const previous = (before?.['hash'] as Uint8Array | undefined) ?? null;
      const { index, body } = append(database, 'release', (log) =>
        receiptStatement.body.encode({ ...release, number, previous, log }),
      );
      const hash = receiptHash(body);
      statement(
        `INSERT INTO release_heads (wallet, number, hash) VALUES (?, ?, ?)
         ON CONFLICT (wallet) DO UPDATE SET number = excluded.number, hash = excluded.hash`,
      ).run(row.id, number, hash);
      statement('INSERT INTO releases (wallet, number, place, receipt, signer, epoch) VALUES (?, ?, ?, ?, ?, ?)').run(
        row.id,
        number,
        index,
        hash,
        release.signer,
        release.epoch,
      );
      return body;
    });
  }

  /** Receipt bodies of a wallet, from a number on, in order. */
  receipts(wallet: Uint8Array, from: number, count: number): Uint8Array[] {
    const sql = `SELECT log.body FROM releases JOIN log USING (place)
      WHERE wallet = ? AND number >= ? ORDER BY number LIMIT ?`;
    return this.database
      .statement(sql)
      .all(wallet, from, count)
      .map((row) => row['body'] as Uint8Array);
  }

  /** Whether any release of this wallet is on record. */
  hasRelease(wallet: Uint8Array): boolean {
    return this.database.statement('SELECT 1 FROM release_heads WHERE wallet = ?').get(wallet) !== undefined;
  }

  /** Whether a release of this epoch's shares is on record. */
  hasReleaseOf(wallet: Uint8Array, epoch: number): boolean {
    const sql = 'SELECT 1 FROM releases WHERE wallet = ? AND epoch = ? LIMIT 1';
    return this.database.statement(sql).get(wallet, epoch) !== undefined;
  }

  /**
   * Gives out the next epoch numbers, durably: whatever becomes of the attempt, they are burned. Throws Refusal `request-used` for
   * an attempt that was begun before, `wallet-state` where a wallet is not active in the epoch it is to leave. `order`: the statement
   * that has everyone's shares turned, if it is for that.
   */
  giveEpochs(
    attempt: Uint8Array,
    until: number,
    wallets: readonly { wallet: Uint8Array; from: number }[],
    order: { number: number; now: number } | null,
  ): Promise<number[]> {
    return this.commit.submit(({ statement }) => {
      const note = 'INSERT INTO ordered_attempts (attempt, number, made) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
      if (order !== null) statement(note).run(attempt, order.number, order.now);
      const used = statement('INSERT INTO used (rh, expires) VALUES (?, ?) ON CONFLICT DO NOTHING');
      if (used.run(attempt, until).changes !== 1) throw new Refusal('request-used', 'This attempt was begun before.');
      const give = statement(
        `UPDATE wallets SET given = max(given, newest, epoch) + 1
         WHERE id = ? AND epoch = ? AND state = 'active' RETURNING given`,
      );
      return wallets.map(({ wallet, from }) => {
        const row = give.get(wallet, from);
        if (row === undefined) throw new Refusal('wallet-state', 'The wallet is not in the epoch it is to leave.');
        return Number(row['given']);
      });
    });
  }

  /** The statement that ordered an attempt, or null. */
  orderOf(attempt: Uint8Array): number | null {
    const row = this.database.statement('SELECT number FROM ordered_attempts WHERE attempt = ?').get(attempt);
    return row === undefined ? null : Number(row['number']);
  }

  /** How far an ordered rotation has come; null before its first wallet. `report`: the last word on it, once there is one. */
  orderedRotation(number: number): { rotated: number; first: number; last: number; report: Uint8Array | null } | null {
    const sql = 'SELECT rotated, first, last, report FROM ordered_rotations WHERE number = ?';
    const row = this.database.statement(sql).get(number);
    if (row === undefined) return null;
    const [rotated, first, last] = [Number(row['rotated']), Number(row['first']), Number(row['last'])];
    return { rotated, first, last, report: row['report'] as Uint8Array | null };
  }

  /** Whether a signer has signed with the present shares of a wallet. */
  hasSigned(wallet: Uint8Array): boolean {
    const sql = `SELECT 1 FROM releases JOIN wallets ON wallets.id = releases.wallet AND wallets.epoch = releases.epoch
      WHERE wallet = ? AND outcome = 'signed' LIMIT 1`;
    return this.database.statement(sql).get(wallet) !== undefined;
  }

  /** Notes how releases ended, in the words of the signer that each was made for; the first word about each stays. */
  async recordOutcomes({ signer, items }: Outcomes): Promise<void> {
    await this.commit.submit(({ statement }) => {
      const note = `UPDATE releases SET outcome = ?
        WHERE wallet = ? AND number = ? AND receipt = ? AND signer = ? AND outcome IS NULL`;
      // The present pair makes the wallet's keys: nothing older is needed.
      const unlock = `UPDATE wallets SET locked_until = 0 WHERE id = ?1 AND locked_until > 0
        AND epoch = (SELECT epoch FROM releases WHERE wallet = ?1 AND number = ?2)`;
      for (const { wallet, number, receipt, outcome } of items) {
        if (statement(note).run(outcome, wallet, number, receipt, signer).changes === 1 && outcome === 'signed')
          statement(unlock).run(wallet, number);
      }
    });
  }

  /** Forgets used requests that could not be used again anyway, and mail codes that are over. */
  async forgetExpired(before: number): Promise<void> {
    await this.commit.submit(({ statement }) => {
      statement('DELETE FROM used WHERE expires < ?').run(before);
      statement('DELETE FROM mail_codes WHERE expires < ?').run(before);
      statement('DELETE FROM ordered_attempts WHERE made < ?').run(before - 24 * 60 * 60_000);
    });
  }

  close(): void {
    this.commit.close();
    this.database.close();
  }
}

/** Inside a work: the cloud came to the same commitments. Throws Refusal `share-mismatch`. */
export function noteAgreed({ statement }: Database, attempt: Uint8Array, wallets: readonly PreparedEpoch[]): void {
  const sql = 'UPDATE turns SET agreed = 1 WHERE wallet = ? AND attempt = ? AND epoch = ? AND commitment = ?';
  for (const { wallet, epoch, commitment } of wallets)
    if (statement(sql).run(wallet, attempt, epoch, commitment).changes !== 1)
      throw new Refusal('share-mismatch', 'The cloud came to another epoch.');
}

/** Inside a work: so many more wallets were turned by a statement. */
export function noteOrdered({ statement }: Database, number: number, count: number, now: number): void {
  const sql = `INSERT INTO ordered_rotations (number, rotated, first, last) VALUES (?1, ?2, ?3, ?3)
    ON CONFLICT (number) DO UPDATE SET rotated = rotated + ?2, last = ?3`;
  statement(sql).run(number, count, now);
}

/** Inside a work: the last word on an ordered rotation. */
export function noteReport({ statement }: Database, number: number, report: Uint8Array): void {
  statement('UPDATE ordered_rotations SET report = ? WHERE number = ?').run(report, number);
}
