import { existsSync } from 'node:fs';
import { runFile } from './runner/run.ts';

// Shows what a wallet would show for each case of the registry's test files: one JSON line per case, in order.
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: npm run -s clear-signing -- FILE.tests.json ...');
  process.exitCode = 1;
}
for (const file of files) {
  if (!existsSync(file)) process.exitCode = 1;
  for (const line of await runFile(file)) console.log(JSON.stringify(line));
}
