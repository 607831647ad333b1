import type { Curve, DeedVersion, Flipped, Signed } from '@symbolon/protocol';
import { codec, curvesInOrder, deedVersion, signedCodec } from '@symbolon/protocol';
import type { Database, GroupCommit } from '@symbolon/service';
import { Refusal } from '@symbolon/verify';
import type { WrappedKey } from './vault.ts';

/** Tables that both stores have. Shares and versions are written once and never changed. */
export const walletTables = `
  CREATE TABLE wallets (
    id BLOB PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('pending', 'active')),
    person BLOB NOT NULL,
    salt BLOB NOT NULL,
    mailbox TEXT,
    epoch INTEGER NOT NULL,
    head BLOB NOT NULL,
    made INTEGER NOT NULL,
    activation BLOB,
    deed_order BLOB
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX one_active_wallet_a_person ON wallets (person) WHERE state = 'active';
  CREATE INDEX pending_by_person ON wallets (person) WHERE state = 'pending';
  CREATE INDEX pending_by_age ON wallets (made) WHERE state = 'pending';
  CREATE TABLE deeds (
    wallet BLOB NOT NULL REFERENCES wallets (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    version BLOB NOT NULL,
    PRIMARY KEY (wallet, number)
  ) WITHOUT ROWID;
  CREATE TABLE share_keys (
    wallet BLOB NOT NULL REFERENCES wallets (id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (wallet, epoch)
  ) WITHOUT ROWID;
  CREATE TABLE shares (
    wallet BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    curve TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (wallet, epoch, curve),
    FOREIGN KEY (wallet, epoch) REFERENCES share_keys (wallet, epoch) ON DELETE CASCADE
  ) WITHOUT ROWID;
`;

/**
 * What rotations add: one preparation for each wallet at most, and the kms's word on the newest epoch. `newest`: the highest number
 * that was ever prepared here. It never falls, so that no number has two meanings, whatever the other store was restored to.
 * `ordered`: the last statement by which everyone's shares were turned that reached this wallet; `locked_until`: how long the shares
 * before are kept for it, ms.
 */
export const rotationTables = `
  ALTER TABLE wallets ADD COLUMN flip BLOB;
  ALTER TABLE wallets ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE wallets ADD COLUMN ordered INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE wallets ADD COLUMN locked_until INTEGER;
  CREATE INDEX active_by_order ON wallets (ordered, id) WHERE state = 'active';
  CREATE INDEX locked ON wallets (locked_until) WHERE locked_until IS NOT NULL;
  CREATE TABLE turns (
    wallet BLOB PRIMARY KEY REFERENCES wallets (id) ON DELETE CASCADE,
    attempt BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    commitment BLOB NOT NULL,
    agreed INTEGER NOT NULL DEFAULT 0,
    made INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX turns_by_age ON turns (made);
`;

export interface WalletRow {
  id: Uint8Array;
  state: 'pending' | 'active';
  /** Unsalted hash of (iss, sub): an index of this store alone. */
  person: Uint8Array;
  salt: Uint8Array;
  mailbox: string | null;
  epoch: number;
  head: Uint8Array;
  /** ms */
  made: number;
  activation: Signed | null;
  order: Signed | null;
  flip: Signed | null;
}

/** A new epoch of a wallet as one store has prepared it. Nobody is served from it but for its P-check. */
export interface PendingEpoch {
  wallet: Uint8Array;
  attempt: Uint8Array;
  epoch: number;
  commitment: Uint8Array;
  /** Whether both stores came to this commitment, as far as this one knows. */
  agreed: boolean;
  /** ms */
  made: number;
}

/** A flip as a store takes it over. */
export interface Flip extends Pick<Flipped, 'wallet' | 'from' | 'epoch' | 'order'> {
  flip: Signed;
}

/** Encrypted shares of one wallet and epoch. */
export interface StoredShares {
  key: WrappedKey;
  sealed: Partial<Record<Curve, Uint8Array>>;
}

/** What comes into being with a creation. */
export interface NewWallet {
  id: Uint8Array;
  person: Uint8Array;
  salt: Uint8Array;
  mailbox: string | null;
  epoch: number;
  version: DeedVersion;
  made: number;
  shares: StoredShares;
}

const versionCodec = codec('deedVersion', deedVersion);
const columns = 'id, state, person, salt, mailbox, epoch, head, made, activation, deed_order, flip';

/**
 * A store's wallets. Reads see what is committed; whatever changes is one work of a group commit, durable before it resolves.
 * Another database fills this class's place with the same methods.
 */
export class WalletStore {
  readonly #database: Database;
  readonly #commit: GroupCommit;

  constructor(database: Database, commit: GroupCommit) {
    this.#database = database;
    this.#commit = commit;
  }

  find(id: Uint8Array): WalletRow | null {
    return toRow(this.#database.statement(`SELECT ${columns} FROM wallets WHERE id = ?`).get(id));
  }

  activeOf(person: Uint8Array): WalletRow | null {
    const sql = `SELECT ${columns} FROM wallets WHERE person = ? AND state = 'active'`;
    return toRow(this.#database.statement(sql).get(person));
  }

  /** How many creations of this person are still pending. */
  pendingOf(person: Uint8Array): number {
    const sql = "SELECT count(*) AS n FROM wallets WHERE person = ? AND state = 'pending'";
    return Number(this.#database.statement(sql).get(person)?.['n']);
  }

  deed(id: Uint8Array): DeedVersion[] {
    const rows = this.#database.statement('SELECT version FROM deeds WHERE wallet = ? ORDER BY number').all(id);
    return rows.map((row) => versionCodec.decode(row['version'] as Uint8Array));
  }

  shares(id: Uint8Array, epoch: number): StoredShares | null {
    const sql =
      'SELECT wrapped, curve, sealed FROM share_keys JOIN shares USING (wallet, epoch) WHERE wallet = ? AND epoch = ?';
    const rows = this.#database.statement(sql).all(id, epoch);
    const [first] = rows;
    if (first === undefined) return null;
    const sealed = Object.fromEntries(rows.map((row) => [String(row['curve']), row['sealed'] as Uint8Array]));
    return { key: first['wrapped'] as WrappedKey, sealed };
  }

  /** The curves of which a share lies here, in protocol order. */
  curves(id: Uint8Array, epoch: number): Curve[] {
    const rows = this.#database.statement('SELECT curve FROM shares WHERE wallet = ? AND epoch = ?').all(id, epoch);
    return curvesInOrder.filter((curve) => rows.some((row) => row['curve'] === curve));
  }

  /** Makes a pending wallet with its shares, or changes nothing and is false where the id is taken. */
  async keep(wallet: NewWallet, head: Uint8Array): Promise<boolean> {
    return this.#commit.submit((database) => {
      const { statement } = database;
      const { id, person, salt, mailbox, epoch, made, shares } = wallet;
      const inserted = statement(
        `INSERT INTO wallets (id, state, person, salt, mailbox, epoch, head, made) VALUES (?, 'pending', ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING`,
      ).run(id, person, salt, mailbox, epoch, head, made);
      if (inserted.changes === 0) return false;
      statement('INSERT INTO deeds (wallet, number, version) VALUES (?, 1, ?)').run(
        id,
        versionCodec.encode(wallet.version),
      );
      insertShares(database, id, epoch, shares);
      return true;
    });
  }

  /**
   * Makes prepared epochs durable. Whatever an earlier attempt left of these wallets goes: the kms has burned its number, and flips
   * to it no more. Throws Refusal `wallet-state` where a wallet has left the epoch that was turned, or this number or a later one
   * was prepared here before: what a later attempt left may be flipped, and must not go.
   */
  async keepPending(
    attempt: Uint8Array,
    pending: readonly {
      wallet: Uint8Array;
      from: number;
      epoch: number;
      commitment: Uint8Array;
      shares: StoredShares;
    }[],
    now: number,
  ): Promise<void> {
    await this.#commit.submit((database) => {
      for (const { wallet, from, epoch, commitment, shares } of pending) {
        const { statement } = database;
        const sql = `UPDATE wallets SET newest = ?3
          WHERE id = ?1 AND state = 'active' AND epoch = ?2 AND epoch < ?3 AND newest < ?3`;
        if (statement(sql).run(wallet, from, epoch).changes !== 1)
          throw new Refusal('wallet-state', 'The wallet has another epoch by now, or a later attempt came first.');
        statement('DELETE FROM share_keys WHERE wallet = ? AND epoch > ?').run(wallet, from);
        insertShares(database, wallet, epoch, shares);
        statement(
          `INSERT INTO turns (wallet, attempt, epoch, commitment, made) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (wallet) DO UPDATE SET attempt = excluded.attempt, epoch = excluded.epoch,
             commitment = excluded.commitment, agreed = 0, made = excluded.made`,
        ).run(wallet, attempt, epoch, commitment, now);
      }
    });
  }

  /** The preparation of this wallet, if one is under way. */
  pending(wallet: Uint8Array): PendingEpoch | null {
    const sql = 'SELECT wallet, attempt, epoch, commitment, agreed, made FROM turns WHERE wallet = ?';
    return toPending(this.#database.statement(sql).get(wallet));
  }

  /** Preparations that are under way since before `before` (ms), some of them. */
  pendingEpochsSince(before: number): PendingEpoch[] {
    const sql =
      'SELECT wallet, attempt, epoch, commitment, agreed, made FROM turns WHERE made < ? ORDER BY made LIMIT 256';
    return this.#database
      .statement(sql)
      .all(before)
      .flatMap((row) => toPending(row) ?? []);
  }

  /** Gives up a preparation, if it is still that attempt's. */
  async dropPending({ wallet, attempt, epoch }: PendingEpoch): Promise<void> {
    await this.#commit.submit(({ statement }) => {
      if (statement('DELETE FROM turns WHERE wallet = ? AND attempt = ?').run(wallet, attempt).changes === 1)
        statement('DELETE FROM share_keys WHERE wallet = ? AND epoch = ?').run(wallet, epoch);
    });
  }

  /**
   * Destroys the keys of every epoch before one that both stores hold by the kms's signed flip: what their shares were sealed under
   * is gone. Nothing is destroyed where this store itself has not come so far, nor what is locked.
   */
  async destroyBefore(followed: readonly { wallet: Uint8Array; epoch: number }[]): Promise<void> {
    await this.#commit.submit(({ statement }) => {
      const sql = `DELETE FROM share_keys WHERE wallet = ?1 AND epoch < ?2
        AND EXISTS (SELECT 1 FROM wallets WHERE id = ?1 AND epoch >= ?2 AND locked_until IS NULL)`;
      for (const { wallet, epoch } of followed) statement(sql).run(wallet, epoch);
    });
  }

  /** Destroys what was locked until `now` (ms), of some wallets. */
  async destroyUnlocked(now: number): Promise<void> {
    await this.#commit.submit(({ statement }) => {
      const over = statement('SELECT id, epoch FROM wallets WHERE locked_until <= ? LIMIT 1000').all(now);
      for (const { id, epoch } of over as { id: Uint8Array; epoch: number }[]) {
        statement('DELETE FROM share_keys WHERE wallet = ? AND epoch < ?').run(id, epoch);
        statement('UPDATE wallets SET locked_until = NULL WHERE id = ?').run(id);
      }
    });
  }

  /** Active wallets made before `since` (ms) that a statement has not reached yet, in the order of their ids, after one of them. */
  unreached(number: number, since: number, after: Uint8Array, count: number): { wallet: Uint8Array; from: number }[] {
    const sql = `SELECT id, epoch FROM wallets
      WHERE id > ? AND state = 'active' AND +ordered < ? AND made <= ? ORDER BY id LIMIT ?`;
    const rows = this.#database.statement(sql).all(after, number, since, count);
    return rows.map((row) => ({ wallet: row['id'] as Uint8Array, from: Number(row['epoch']) }));
  }

  /** How many they are. */
  unreachedCount(number: number, since: number): number {
    const sql = "SELECT count(*) AS n FROM wallets WHERE state = 'active' AND ordered < ? AND made <= ?";
    return Number(this.#database.statement(sql).get(number, since)?.['n']);
  }

  /** Whether a statement has reached an active wallet; null where there is none. */
  isReached(wallet: Uint8Array, number: number): boolean | null {
    const row = this.#database.statement("SELECT ordered FROM wallets WHERE id = ? AND state = 'active'").get(wallet);
    return row === undefined ? null : Number(row['ordered']) >= number;
  }

  /** Empties the write-ahead log into the file: until then it still holds the wrapped keys that were destroyed. */
  emptyJournal(): void {
    this.#database.statement('PRAGMA wal_checkpoint(TRUNCATE)').get();
  }

  /** Creations that nobody finished since `before` (ms), some of them. */
  pendingSince(before: number): WalletRow[] {
    const sql = `SELECT ${columns} FROM wallets WHERE state = 'pending' AND made < ? LIMIT 100`;
    return this.#database.statement(sql).all(before).map(fromRow);
  }

  /** Looks at a pending creation again later, so that one which can't be settled does not keep others waiting. */
  async setAside(id: Uint8Array, until: number): Promise<void> {
    await this.#commit.submit(({ statement }) => {
      statement("UPDATE wallets SET made = ? WHERE id = ? AND state = 'pending'").run(until, id);
    });
  }

  /** Forgets a creation, if it is still pending. */
  async forget(id: Uint8Array): Promise<void> {
    await this.#commit.submit(({ statement }) => {
      statement("DELETE FROM wallets WHERE id = ? AND state = 'pending'").run(id);
    });
  }
}

/** Inside a work: the pending wallet becomes active, or is already. False if the person has another, or it is not here. */
export function activateWallet(
  { statement }: Database,
  id: Uint8Array,
  person: Uint8Array,
  activation: Signed,
): boolean {
  const other = statement("SELECT 1 FROM wallets WHERE person = ? AND state = 'active' AND id <> ?").get(person, id);
  if (other !== undefined) return false;
  const sql = "UPDATE wallets SET state = 'active', activation = coalesce(activation, ?) WHERE id = ?";
  return statement(sql).run(signedCodec.encode(activation), id).changes === 1;
}

/** Inside a work: shares are written once. */
function insertShares({ statement }: Database, wallet: Uint8Array, epoch: number, { key, sealed }: StoredShares): void {
  statement('INSERT INTO share_keys (wallet, epoch, wrapped) VALUES (?, ?, ?)').run(wallet, epoch, key);
  const insert = 'INSERT INTO shares (wallet, epoch, curve, sealed) VALUES (?, ?, ?, ?)';
  for (const [curve, bytes] of Object.entries(sealed)) statement(insert).run(wallet, epoch, curve, bytes);
}

/**
 * Inside a work: the prepared epoch becomes the wallet's. False if it is no longer prepared, or the wallet has left `from`. `order`
 * null: a signer has checked the new pair, and nothing older is kept.
 */
export function flipEpoch({ statement }: Database, { wallet, from, epoch, flip, order }: Flip): boolean {
  if (statement('DELETE FROM turns WHERE wallet = ? AND epoch = ?').run(wallet, epoch).changes !== 1) return false;
  const sql = `UPDATE wallets SET epoch = ?, flip = ?, ordered = max(ordered, ?), locked_until = ?
    WHERE id = ? AND epoch = ? AND state = 'active'`;
  const [number, until] = [order?.number ?? 0, order?.lockedUntil ?? null];
  return statement(sql).run(epoch, signedCodec.encode(flip), number, until, wallet, from).changes === 1;
}

/** Inside a work: the next version follows `before`. False if `before` is no longer the head. */
export function appendVersion(
  { statement }: Database,
  next: { id: Uint8Array; before: Uint8Array; number: number; head: Uint8Array; version: DeedVersion; order: Signed },
): boolean {
  const { id, before, number, head, version, order } = next;
  const sql = 'UPDATE wallets SET head = ?, deed_order = ? WHERE id = ? AND head = ?';
  if (statement(sql).run(head, signedCodec.encode(order), id, before).changes !== 1) return false;
  const insert = 'INSERT INTO deeds (wallet, number, version) VALUES (?, ?, ?)';
  statement(insert).run(id, number, versionCodec.encode(version));
  return true;
}

const toRow = (row: Record<string, unknown> | undefined): WalletRow | null => (row === undefined ? null : fromRow(row));

function fromRow(row: Record<string, unknown>): WalletRow {
  const signed = (value: unknown) => (value === null ? null : signedCodec.decode(value as Uint8Array));
  return {
    id: row['id'] as Uint8Array,
    state: row['state'] as WalletRow['state'],
    person: row['person'] as Uint8Array,
    salt: row['salt'] as Uint8Array,
    mailbox: row['mailbox'] as string | null,
    epoch: Number(row['epoch']),
    head: row['head'] as Uint8Array,
    made: Number(row['made']),
    // Decoded when asked for: a release needs neither.
    get activation() {
      return signed(row['activation']);
    },
    get order() {
      return signed(row['deed_order']);
    },
    get flip() {
      return signed(row['flip']);
    },
  };
}

function toPending(row: Record<string, unknown> | undefined): PendingEpoch | null {
  if (row === undefined) return null;
  return {
    wallet: row['wallet'] as Uint8Array,
    attempt: row['attempt'] as Uint8Array,
    epoch: Number(row['epoch']),
    commitment: row['commitment'] as Uint8Array,
    agreed: row['agreed'] === 1,
    made: Number(row['made']),
  };
}
