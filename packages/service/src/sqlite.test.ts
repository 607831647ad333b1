import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { GroupCommit } from './groupCommit.ts';
import { type Database, openDatabase } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'symbolon-sqlite-'));
after(() => rmSync(folder, { recursive: true }));
const fresh = () => join(folder, `${randomUUID()}.db`);

const schema = 'CREATE TABLE item (id INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT';
const insert =
  (id: number, bytes = 8) =>
  (db: Database) => {
    db.statement('INSERT INTO item (id, value) VALUES (?, ?)').run(id, new Uint8Array(bytes));
    return id;
  };
const ids = (db: Database) =>
  db.sqlite
    .prepare('SELECT id FROM item ORDER BY id')
    .all()
    .map((row) => row.id);

function store(path = fresh()) {
  const db = openDatabase(path, [schema]);
  const batches: number[] = [];
  const group = new GroupCommit(db, { maxBatch: 8, onCommit: (works) => batches.push(works) });
  return { path, db, group, batches, [Symbol.dispose]: () => db.close() };
}

test('a database and its companions are for its owner alone, write ahead and sync every commit', () => {
  using it = store();
  insert(1)(it.db);
  const made = readdirSync(folder).filter((name) => join(folder, name).startsWith(it.path));
  assert.equal(made.length, 3);
  for (const name of made) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  const pragma = (name: string) => Object.values(it.db.sqlite.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  assert.deepEqual(['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete'].map(pragma), ['wal', 2, 1, 1]);
});

test('a database that others may read is not opened', () => {
  const path = fresh();
  openDatabase(path, [schema]).close();
  chmodSync(path, 0o640);
  assert.throws(() => openDatabase(path, [schema]), { code: 'store-not-private' });
});

test('migrations run once each and in order; a failing one leaves the version before; a newer store is not opened', () => {
  const path = fresh();
  const second = 'ALTER TABLE item ADD COLUMN note TEXT';
  openDatabase(path, [schema]).close();
  openDatabase(path, [schema, second]).close();
  assert.throws(() => openDatabase(path, [schema, second, 'CREATE TABLE half (x); CREATE TABLE item (x)']));
  const db = openDatabase(path, [schema, second]);
  assert.equal(db.sqlite.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()?.n, 0);
  db.close();
  assert.throws(() => openDatabase(path, [schema]), { code: 'store-too-new' });
});

test('a statement is prepared once, and SQL built from values is stopped', () => {
  using it = store();
  assert.equal(it.db.statement('SELECT 1'), it.db.statement('SELECT 1'));
  assert.throws(() => {
    for (let i = 0; i < 1_000; i += 1) it.db.statement(`SELECT ${i}`);
  }, RangeError);
});

test('works of one turn share a commit, in order, and each gets its own result', async () => {
  using it = store();
  const results = await Promise.all([3, 1, 2].map((id) => it.group.submit(insert(id))));
  assert.deepEqual(results, [3, 1, 2]);
  assert.deepEqual(it.batches, [3]);
});

test('nothing is acknowledged before its commit: another connection sees it once the promise has settled', async () => {
  using it = store();
  const other = openDatabase(it.path, [schema]);
  const submitted = it.group.submit((db) => {
    insert(1)(db);
    return ids(other);
  });
  assert.deepEqual(await submitted, []);
  assert.deepEqual(ids(other), [1]);
  other.close();
});

test('a batch never grows over its bound', async () => {
  using it = store();
  await Promise.all(Array.from({ length: 20 }, (_, id) => it.group.submit(insert(id))));
  assert.deepEqual(it.batches, [8, 8, 4]);
});

test('a work that throws is undone alone and rejects with what it threw; the others commit; each has its effect once', async () => {
  using it = store();
  const mine = new Error('refused');
  const failing = it.group.submit((db) => {
    insert(2)(db);
    throw mine;
  });
  const twice = it.group.submit(insert(1));
  const settled = await Promise.allSettled([it.group.submit(insert(1)), failing, twice, it.group.submit(insert(3))]);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
  );
  assert.equal(settled[1]?.status === 'rejected' && settled[1].reason, mine);
  assert.deepEqual(ids(it.db), [1, 3]);
  assert.deepEqual(it.batches, [4]);
});

test('an asynchronous work is refused and undone', async () => {
  using it = store();
  await assert.rejects(
    it.group.submit(async (db) => insert(1)(db)),
    TypeError,
  );
  assert.deepEqual(ids(it.db), []);
});

test('a work that ends the transaction itself takes nobody else with it into a half commit', async () => {
  using it = store();
  const settled = await Promise.allSettled([
    it.group.submit(insert(1)),
    it.group.submit((db) => db.sqlite.exec('ROLLBACK')),
    it.group.submit(insert(2)),
  ]);
  assert.ok(settled.every(({ status }) => status === 'rejected'));
  assert.deepEqual(ids(it.db), []);
  assert.equal(await it.group.submit(insert(5)), 5);
});

const unavailable = { code: 'store-unavailable', status: 503 };

test('a full disk rejects the whole batch, loses nothing from before, and the store works again with room', async () => {
  using it = store();
  await it.group.submit(insert(1));
  const pages = Number(it.db.sqlite.prepare('PRAGMA page_count').get()?.page_count);
  it.db.sqlite.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const batch = [insert(2), insert(3, 100_000), insert(4)].map((work) => it.group.submit(work));
  for (const work of batch) await assert.rejects(work, unavailable);
  assert.deepEqual(ids(it.db), [1]);
  assert.equal(it.db.sqlite.isTransaction, false);
  it.db.sqlite.exec('PRAGMA max_page_count = 1000000');
  assert.equal(await it.group.submit(insert(3, 100_000)), 3);
  assert.deepEqual(ids(it.db), [1, 3]);
});

test('a COMMIT that fails rejects all that it held, and the store stays usable', async () => {
  using it = store();
  it.db.sqlite.exec('CREATE TABLE child (item INTEGER REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED) STRICT');
  const orphan = (db: Database) => db.statement('INSERT INTO child (item) VALUES (99)').run();
  const batch = [it.group.submit(insert(1)), it.group.submit(orphan)];
  for (const work of batch) await assert.rejects(work, unavailable);
  assert.deepEqual(ids(it.db), []);
  assert.equal(await it.group.submit(insert(1)), 1);
});

test('a store locked by another process for too long is said to be unavailable', async () => {
  using it = store();
  it.db.sqlite.exec('PRAGMA busy_timeout = 20');
  const other = openDatabase(it.path, [schema]);
  other.sqlite.exec('BEGIN IMMEDIATE');
  await assert.rejects(it.group.submit(insert(1)), unavailable);
  other.sqlite.exec('ROLLBACK');
  assert.equal(await it.group.submit(insert(1)), 1);
  other.close();
});

test('with a delay, works of several turns share a commit, and a full batch does not wait', async () => {
  using it = store();
  const batches: number[] = [];
  const onCommit = (works: number) => batches.push(works);
  const patient = new GroupCommit(it.db, { maxDelayMs: 100, onCommit });
  const first = patient.submit(insert(1));
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, patient.submit(insert(2))]);
  const full = new GroupCommit(it.db, { maxBatch: 4, maxDelayMs: 60_000, onCommit });
  await Promise.all([3, 4, 5, 6].map((id) => full.submit(insert(id))));
  assert.deepEqual(batches, [2, 4]);
});

test('closing commits what was submitted and refuses what comes later', async () => {
  using it = store();
  const early = Array.from({ length: 20 }, (_, id) => it.group.submit(insert(id)));
  it.group.close();
  await assert.rejects(it.group.submit(insert(99)), unavailable);
  assert.equal((await Promise.all(early)).length, 20);
  assert.equal(ids(it.db).length, 20);
});

const writer = `
  const { openDatabase, GroupCommit } = await import(process.argv[1]);
  const group = new GroupCommit(openDatabase(process.argv[2], ${JSON.stringify([schema])}));
  let id = 0;
  const one = async () => {
    for (;;) {
      const mine = (id += 1);
      await group.submit((db) => db.statement('INSERT INTO item (id, value) VALUES (?, zeroblob(8))').run(mine));
      console.log(mine);
    }
  };
  for (let i = 0; i < 16; i += 1) void one();
`;

async function acknowledgedBefore(child: ChildProcess, count: number): Promise<number[]> {
  if (child.stdout === null) throw new Error('no output');
  const seen: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    seen.push(Number(line));
    if (seen.length === count) child.kill('SIGKILL');
  }
  return seen;
}

test('what was acknowledged is there after kill -9, at whatever moment', async () => {
  for (const count of [1, 40, 300]) {
    const path = fresh();
    openDatabase(path, [schema]).close();
    const url = new URL('./index.ts', import.meta.url).href;
    const args = ['--input-type=module', '-e', writer, url, path];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const acknowledged = await acknowledgedBefore(child, count);
    await exited;
    const db = openDatabase(path, [schema]);
    const kept = new Set(ids(db));
    assert.ok(acknowledged.length >= count);
    assert.deepEqual(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    );
    assert.equal(db.sqlite.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
    db.close();
  }
});
