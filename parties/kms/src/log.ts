import { concat, sha256, utf8 } from '@symbolon/crypto';
import { digest } from '@symbolon/protocol';
import type { Database } from '@symbolon/service';

export const logTable = `
  CREATE TABLE log (
    place INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    hash BLOB NOT NULL
  );
`;

/** What stands on the kms's log. */
export type LogKind = 'activation' | 'deed' | 'release' | 'statement';

/** Before the first entry. */
const genesis = new Uint8Array(32);

/**
 * Inside a work: appends one entry. `body` is made for its place: index from 1, and the hash of the entry before.
 * hash = H(log, previous || kind || 0x00 || SHA-256(body)).
 */
export function append(
  { statement }: Database,
  kind: LogKind,
  body: (place: { index: number; previous: Uint8Array }) => Uint8Array,
): { index: number; body: Uint8Array } {
  const last = statement('SELECT place, hash FROM log ORDER BY place DESC LIMIT 1').get();
  const index = Number(last?.['place'] ?? 0) + 1;
  const previous = (last?.['hash'] as Uint8Array | undefined) ?? genesis;
  const bytes = body({ index, previous });
  const hash = entryHash(previous, kind, bytes);
  statement('INSERT INTO log (place, kind, body, hash) VALUES (?, ?, ?, ?)').run(index, kind, bytes, hash);
  return { index, body: bytes };
}

const entryHash = (previous: Uint8Array, kind: LogKind, body: Uint8Array) =>
  digest('log', concat(previous, utf8(`${kind}\0`), sha256(body)));

/** The first place whose hash does not follow from what stands before it, or null: the whole log is checked at each start. */
export function brokenAt({ sqlite }: Database): number | null {
  let previous: Uint8Array = genesis;
  let expected = 1;
  for (const row of sqlite.prepare('SELECT place, kind, body, hash FROM log ORDER BY place').iterate()) {
    const hash = entryHash(previous, row['kind'] as LogKind, row['body'] as Uint8Array);
    const stored = row['hash'] as Uint8Array;
    if (Number(row['place']) !== expected || Buffer.compare(hash, stored) !== 0) return expected;
    previous = stored;
    expected += 1;
  }
  return null;
}
