import { globSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './run.ts';
import { ensureTools } from './tools.ts';

/** `test.ts`: checks and every test. `test.ts laws`: the laws over the real processes alone. */
/** More files than this do not fail because a machine is busy. */
const maximumAgain = 4;

const [only] = process.argv.slice(2);
if (only === undefined) {
  const checked = await run(process.execPath, ['bin/check.ts']);
  if (checked !== 0) process.exit(checked);
}
const pattern =
  only === undefined
    ? '{packages,parties,sdk,enclave,examples,cli,devnet,test,bench}/**/*.test.ts'
    : `test/src/${only}/**/*.test.ts`;
// A test that needs one still missing fails, and says which: none is skipped.
ensureTools();
const files = globSync(pattern, { cwd: root, exclude: (name) => name === 'node_modules' }).sort();
if (files.length === 0) {
  console.error(`no test matches ${pattern}`);
  process.exit(1);
}
const failed = join(mkdtempSync(join(tmpdir(), 'symbolon-test-')), 'failed');
// Two files at once: the size of machine that the figures are for.
const code = await run(process.execPath, ['--test', '--test-concurrency=2', ...reporters(failed), ...files]);
const again = readFileSync(failed, 'utf8').split('\n').filter(Boolean);
if (code === 0 || again.length === 0 || again.length > maximumAgain) process.exit(code);
// A browser, or an emulated machine, that had to wait for a processor: what fails alone as well is broken.
console.log(`\nOnce more, one after another, what failed:\n${again.map((file) => `  ${file}`).join('\n')}\n`);
process.exit(await run(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...again]));

function reporters(file: string): string[] {
  const spec = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  return [...spec, '--test-reporter=./bin/failedFiles.mjs', `--test-reporter-destination=${file}`];
}
