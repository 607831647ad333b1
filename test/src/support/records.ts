import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Store } from '@symbolon/protocol';
import type { World as FullWorld } from './world.ts';

type World = Pick<FullWorld, 'devnet'>;

/** Everything by which an attack would show: what either store keeps, by content, and how far the kms's log reaches. */
export interface Records {
  kms: Record<string, string>;
  cloud: Record<string, string>;
  log: number;
  releases: number;
}

const kept = ['wallets', 'deeds', 'share_keys', 'shares', 'statements'];

export const storeFile = ({ devnet }: World, store: Store): string =>
  join(devnet.home[store], 'data', `${store}.sqlite`);

/** Reads a store's file beside its running process. */
export function withStore<T>(world: World, store: Store, read: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(storeFile(world, store), { readOnly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

export function recordsOf(world: World): Records {
  const tables = (store: Store) =>
    withStore(world, store, (database) => Object.fromEntries(kept.map((table) => [table, contentOf(database, table)])));
  const count = (table: string) =>
    withStore(world, 'kms', (database) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']));
  return { kms: tables('kms'), cloud: tables('cloud'), log: count('log'), releases: count('releases') };
}

/** Runs an attack; afterwards every record is as it was. */
export async function nothingHappens(world: World, attack: () => Promise<void>): Promise<void> {
  const before = recordsOf(world);
  await attack();
  assert.deepEqual(recordsOf(world), before);
}

/** As {@link nothingHappens}, but for `releases` that the law itself puts on record. */
export async function onlyReleases(world: World, releases: number, attack: () => Promise<void>): Promise<void> {
  const before = recordsOf(world);
  await attack();
  const { log, releases: counted } = before;
  assert.deepEqual(recordsOf(world), { ...before, log: log + releases, releases: counted + releases });
}

function contentOf(database: DatabaseSync, table: string): string {
  const hash = createHash('sha256');
  const rows = database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all();
  for (const row of rows) {
    for (const value of Object.values(row)) {
      hash.update(value instanceof Uint8Array ? value : `${typeof value}:${String(value)}`).update('|');
    }
  }
  return `${rows.length} rows ${hash.digest('hex').slice(0, 16)}`;
}
