import { globSync } from 'node:fs';
import { root, run } from './run.ts';
import { ensureTools } from './tools.ts';

/** `test.ts`: checks and every test. `test.ts laws`: the laws over the real processes alone. */
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
// Two files at once: the size of machine that the figures are for.
process.exit(await run(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files]));
