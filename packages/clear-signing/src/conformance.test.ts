import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { indexOf, snapshot } from './runner/files.ts';
import { type Rendered, runFile } from './runner/run.ts';

// The registry's own tests: what a wallet should show, word for word.

interface TestFile {
  tests: { description: string; expected: Rendered }[];
}

const folder = join(snapshot, 'registry');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => /[/\\]testsv2[/\\].*\.tests\.json$/.test(path))
  .sort();

for (const path of files) {
  test(`${path}: every case shows what it expects`, async (t) => {
    const file = join(folder, path);
    const { tests } = JSON.parse(readFileSync(file, 'utf8')) as TestFile;
    const lines = await runFile(file);
    assert.equal(lines.length, tests.length);
    for (const [i, { description, expected }] of tests.entries()) {
      await t.test(description, () => {
        assert.deepEqual(lines[i], { file, description, ...expected });
      });
    }
  });
}

test('the snapshot has 245 cases in 128 files, and a descriptor that can not be used would be known', async () => {
  const cases = files.map((path) => (JSON.parse(readFileSync(join(folder, path), 'utf8')) as TestFile).tests.length);
  assert.deepEqual([files.length, cases.reduce((sum, n) => sum + n, 0)], [128, 245]);
  assert.deepEqual((await indexOf(snapshot)).refused, []);
});
