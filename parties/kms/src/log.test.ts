import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { concat, sha256, utf8 } from '@symbolon/crypto';
import { digest } from '@symbolon/protocol';
import { type Database, GroupCommit, openDatabase } from '@symbolon/service';
import { append, brokenAt, logTable } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'kms-log-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A log of nine entries, each naming its place. */
async function setUp(): Promise<Database> {
  const database = openDatabase(join(folder, `${files++}.sqlite`), [logTable]);
  const commit = new GroupCommit(database);
  const kinds = ['release', 'deed', 'statement'] as const;
  await Promise.all(
    Array.from({ length: 9 }, (_, n) =>
      commit.submit((inside) => append(inside, kinds[n % 3] ?? 'deed', ({ index }) => utf8(`entry ${index}`))),
    ),
  );
  return database;
}

describe('the log', () => {
  it('that nobody touched holds together; an empty one as well', async () => {
    assert.equal(brokenAt(await setUp()), null);
    assert.equal(brokenAt(openDatabase(join(folder, `${files++}.sqlite`), [logTable])), null);
  });

  it('chains each entry to all before it: previous, kind and body go into its hash', async () => {
    const { sqlite } = await setUp();
    const rows = sqlite.prepare('SELECT kind, body, hash FROM log ORDER BY place').all();
    let previous = new Uint8Array(32);
    for (const { kind, body, hash } of rows) {
      const expected = digest('log', concat(previous, utf8(`${String(kind)}\0`), sha256(body as Uint8Array)));
      assert.deepEqual(new Uint8Array(hash as Uint8Array), expected);
      previous = new Uint8Array(expected);
    }
  });

  it('an entry whose work fails leaves no gap', async () => {
    const database = await setUp();
    const commit = new GroupCommit(database);
    const failing = commit.submit((inside) => {
      append(inside, 'deed', () => utf8('never'));
      throw new Error('undone');
    });
    const good = commit.submit((inside) => append(inside, 'deed', () => utf8('after')).index);
    await assert.rejects(failing, /undone/);
    assert.equal(await good, 10);
    assert.equal(brokenAt(database), null);
  });

  const changes: Record<string, [string, number]> = {
    'a body changed': ["UPDATE log SET body = x'00' WHERE place = 4", 4],
    'a body emptied': ["UPDATE log SET body = x'' WHERE place = 1", 1],
    'a kind changed': ["UPDATE log SET kind = 'activation' WHERE place = 5", 5],
    'a hash changed': ['UPDATE log SET hash = zeroblob(32) WHERE place = 9', 9],
    'an entry removed': ['DELETE FROM log WHERE place = 3', 3],
    'the first entry removed': ['DELETE FROM log WHERE place = 1', 1],
    'an entry moved': ['UPDATE log SET place = 20 WHERE place = 6', 6],
    'two entries exchanged': [
      'UPDATE log SET place = 100 WHERE place = 7; UPDATE log SET place = 7 WHERE place = 8; UPDATE log SET place = 8 WHERE place = 100',
      7,
    ],
    'an entry put in front': ["INSERT INTO log VALUES (0, 'deed', x'00', x'01')", 1],
    'an entry put behind without its hash': ["INSERT INTO log VALUES (10, 'deed', x'00', zeroblob(32))", 10],
    'an entry copied behind': ['INSERT INTO log SELECT 10, kind, body, hash FROM log WHERE place = 9', 10],
  };
  for (const [what, [sql, place]] of Object.entries(changes)) {
    it(`tells where it was tampered with: ${what}`, async () => {
      const database = await setUp();
      database.sqlite.exec(sql);
      assert.equal(brokenAt(database), place);
    });
  }

  it('every bit of every body counts', async () => {
    const { sqlite, ...database } = await setUp();
    const update = sqlite.prepare('UPDATE log SET body = ? WHERE place = ?');
    for (const { place, body } of sqlite.prepare('SELECT place, body FROM log').all()) {
      const bytes = body as Uint8Array;
      for (let bit = 0; bit < bytes.length * 8; bit += 5) {
        update.run(
          bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
          Number(place),
        );
        assert.equal(brokenAt({ sqlite, ...database }), Number(place));
      }
      update.run(bytes, Number(place));
    }
    assert.equal(brokenAt({ sqlite, ...database }), null);
  });
});
