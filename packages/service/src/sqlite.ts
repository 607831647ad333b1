import { closeSync, constants, fstatSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ConfigError } from './config.ts';

/** An open SQLite database and its prepared statements. */
export type Database = {
  readonly sqlite: DatabaseSync;
  /** The prepared statement of this SQL text, made once. Values are bound, never written into the text. */
  readonly statement: (sql: string) => StatementSync;
  readonly close: () => void;
};

/** Far above what any party's code holds: past it, somebody builds SQL from values. */
const maxStatements = 500;

/**
 * Opens (or makes, mode 0600) the database at `path`: WAL, every COMMIT synced to the disk before it returns, foreign keys
 * on. `migrations` are SQL scripts: the n-th brings a database of version n - 1 to n, each in one transaction; the list
 * only ever grows. Throws ConfigError `store-not-private` for a file others may read, `store-too-new` for one that a later
 * release has migrated.
 */
export function openDatabase(path: string, migrations: readonly string[]): Database {
  makePrivate(path);
  const sqlite = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  try {
    sqlite.exec(`
      PRAGMA busy_timeout = 5000;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA temp_store = MEMORY;
      PRAGMA secure_delete = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA wal_autocheckpoint = 4000;
      PRAGMA journal_size_limit = 67108864;
    `);
    migrate(sqlite, migrations);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return withStatements(sqlite);
}

function withStatements(sqlite: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>();
  return {
    sqlite,
    statement: (sql) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      if (statements.size >= maxStatements) throw new RangeError('too many different SQL texts: bind values instead');
      const made = sqlite.prepare(sql);
      statements.set(sql, made);
      return made;
    },
    close: () => {
      statements.clear();
      if (sqlite.isOpen) sqlite.close();
    },
  };
}

function migrate(sqlite: DatabaseSync, migrations: readonly string[]): void {
  const version = Number(sqlite.prepare('PRAGMA user_version').get()?.user_version);
  if (version > migrations.length) {
    throw new ConfigError(
      'store-too-new',
      `The store has version ${version}, this release knows ${migrations.length}.`,
      'Start the release that last wrote it, or a later one.',
    );
  }
  for (const [index, script] of migrations.entries()) {
    if (index < version) continue;
    sqlite.exec('BEGIN IMMEDIATE');
    try {
      sqlite.exec(script);
      sqlite.exec(`PRAGMA user_version = ${index + 1}`);
      sqlite.exec('COMMIT');
    } catch (error) {
      if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
      throw error;
    }
  }
}

// SQLite gives -wal and -shm the mode of the database's own file, which therefore has to be right before it is opened.
function makePrivate(path: string): void {
  const { O_CREAT, O_RDWR, O_NOFOLLOW } = constants;
  const file = openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW, 0o600);
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & 0o077) !== 0) {
      throw new ConfigError(
        'store-not-private',
        `${path} may be read or written by others.`,
        `chmod 600 ${path}, and find out who has read it.`,
      );
    }
    if (size === 0) syncDirectory(dirname(path));
  } finally {
    closeSync(file);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
