import assert from 'node:assert/strict';

/** What to do when `release.json` is of another source: this, and nothing else has to follow. */
export const staleRelease =
  'enclave/release.json is of another source. If that was changed on purpose, run: npm run enclave:build -- --release';

/** One entry of a ramdisk, as Linux would unpack it. */
interface Read {
  path: string;
  mode: string;
  owner: number;
  time: number;
  content: string;
}

/** What is in a ramdisk: the form `newc`, field by field, read by other code than what wrote it. */
export function readCpio(archive: Uint8Array): Read[] {
  const text = Buffer.from(archive).toString('latin1');
  const found: Read[] = [];
  for (let at = 0; ; ) {
    assert.equal(text.slice(at, at + 6), '070701');
    const field = (index: number) => Number.parseInt(text.slice(at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const [mode, owner, time, size, nameSize] = [field(1), field(2), field(5), field(6), field(11)];
    const path = text.slice(at + 110, at + 110 + nameSize - 1);
    const begin = (at + 110 + nameSize + 3) & ~3;
    if (path === 'TRAILER!!!') return found;
    found.push({ path, mode: mode.toString(8), owner, time, content: text.slice(begin, begin + size) });
    at = (begin + size + 3) & ~3;
  }
}
