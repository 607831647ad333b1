import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

interface Mail {
  to: string;
  from: string;
  subject: string;
  text: string;
}

export interface Message extends Mail {
  /** Grows with every message, over restarts too. */
  id: number;
  /** When it arrived, ISO 8601. */
  at: string;
}

export interface Messages {
  add(mail: Mail): void;
  /** Oldest first: those to `to` (any mailbox when absent) with an id above `after`. */
  list(filter: { to?: string; after: number }): Message[];
  close(): void;
}

const KEPT = 500;

/** The mailbox's messages, kept in `dataDir` between runs, the last 500 of them. */
export function openMessages(dataDir: string): Messages {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'mailbox.sqlite');
  const db = new DatabaseSync(path);
  chmodSync(path, 0o600);
  db.exec(`PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, "to" TEXT NOT NULL COLLATE NOCASE, "from" TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL) STRICT`);
  const insert = db.prepare('INSERT INTO messages ("to", "from", subject, text, at) VALUES (?, ?, ?, ?, ?)');
  const cap = db.prepare(`DELETE FROM messages WHERE id <= ? - ${KEPT}`);
  const all = db.prepare('SELECT * FROM messages WHERE id > ? ORDER BY id');
  const toOne = db.prepare('SELECT * FROM messages WHERE id > ? AND "to" = ? ORDER BY id');
  return {
    add({ to, from, subject, text }) {
      cap.run(insert.run(to, from, subject, text, new Date().toISOString()).lastInsertRowid);
    },
    list({ to, after }) {
      return (to === undefined ? all.all(after) : toOne.all(after, to)).map((row) => ({
        id: Number(row.id),
        to: String(row.to),
        from: String(row.from),
        subject: String(row.subject),
        text: String(row.text),
        at: String(row.at),
      }));
    },
    close() {
      db.close();
    },
  };
}
