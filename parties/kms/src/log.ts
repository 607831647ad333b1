import { concat, equal, sha256, utf8 } from '@symbolon/crypto';
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
export type LogKind = 'activation' | 'deed' | 'release' | 'rotation' | 'rotation-report' | 'statement';

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

/** How much of the log is checked at each start: what a crash or a bad disk could have touched, at any size of the whole. */
const checkedAtStart = 100_000;

/** The first place, among the newest, whose hash does not follow from what stands before it; or null. */
export function brokenAt({ sqlite }: Database): number | null {
  const last = Number(sqlite.prepare('SELECT max(place) AS place FROM log').get()?.['place'] ?? 0);
  let expected = Math.max(1, last - checkedAtStart);
  const before = sqlite.prepare('SELECT hash FROM log WHERE place = ?').get(expected - 1);
  let previous = (before?.['hash'] as Uint8Array | undefined) ?? genesis;
  const rows = sqlite.prepare('SELECT place, kind, body, hash FROM log WHERE place >= ? ORDER BY place');
  for (const { place, kind, body, hash } of rows.iterate(expected)) {
    const stored = hash as Uint8Array;
    const follows = equal(entryHash(previous, kind as LogKind, body as Uint8Array), stored);
    if (Number(place) !== expected || !follows) return expected;
    previous = stored;
    expected += 1;
  }
  return null;
}
