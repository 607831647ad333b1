/**
 * Ends a process that could not start: what is wrong and what to do next, one line each on standard error, exit code 1. What nobody
 * foresaw (an error without a code) shows where it was thrown.
 */
export function explainStart(error: unknown): never {
  const { message, code, hint, stack } = error as Error & { code?: unknown; hint?: unknown };
  const told = typeof code === 'string';
  process.stderr.write(`error: ${message}${told ? ` (${code})` : ''}\n`);
  if (typeof hint === 'string') process.stderr.write(`  next: ${hint}\n`);
  if (!told) process.stderr.write(`${stack ?? ''}\n`);
  process.exit(1);
}
