import { join } from 'node:path';
import { type Database, ensurePrivateDir, openDatabase } from '@symbolon/service';

const schema = `
  CREATE TABLE accounts (
    sub TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE records (
    model TEXT NOT NULL,
    key BLOB NOT NULL,
    payload TEXT NOT NULL,
    grant_id TEXT,
    uid TEXT,
    user_code TEXT,
    consumed INTEGER,
    expires INTEGER,
    PRIMARY KEY (model, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX records_by_grant ON records (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX records_by_uid ON records (uid) WHERE uid IS NOT NULL;
  CREATE INDEX records_by_user_code ON records (user_code) WHERE user_code IS NOT NULL;
  CREATE INDEX records_by_expiry ON records (expires);

  CREATE TABLE codes (
    interaction TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    mac BLOB,
    expires INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    forget INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE sends (
    mailbox BLOB NOT NULL,
    network BLOB NOT NULL,
    familiar INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sends_by_mailbox ON sends (mailbox, at);
  CREATE INDEX sends_by_network ON sends (network, at);

  CREATE TABLE familiar (
    mailbox BLOB NOT NULL,
    network BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (mailbox, network)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens (or makes) the issuer's database in the private folder `dataDir`. Every write is on disk before its call
 * returns, so no answer is ever given that a power cut could take back.
 */
export function openStore(dataDir: string): Database {
  ensurePrivateDir(dataDir);
  return openDatabase(join(dataDir, 'issuer.sqlite'), [schema]);
}
