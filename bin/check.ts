import { runAll } from './run.ts';

/** Format, lint, types and unused code: what needs no process of the system. */
await runAll([
  ['format and lint', 'biome', ['ci', '.']],
  ['type-aware rules', 'oxlint', ['--type-aware', '--deny-warnings', '.']],
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['unused code', 'knip', []],
]);
