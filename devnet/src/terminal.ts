import { DevnetError } from './errors.ts';

/** Debounces: npm and the launcher pass a Ctrl-C on that reached this process already. */
const sameKeyMs = 500;

/**
 * Resolves `asked` at the first SIGINT, SIGTERM or SIGHUP, or when nobody reads any more. A second Ctrl-C, after that, ends this
 * process at once; the leash then ends the others.
 */
export function untilAskedToEnd(): { asked: Promise<void>; signal: AbortSignal } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const controller = new AbortController();
  let first = 0;
  const ask = () => {
    const now = performance.now();
    if (first !== 0 && now - first > sameKeyMs) process.exit(130);
    if (first === 0) first = now;
    controller.abort(new DevnetError('interrupted', 'Interrupted.', 'Everything was ended.'));
    resolve();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, ask);
  process.stdout.on('error', ask);
  return { asked: promise, signal: controller.signal };
}

/** What went wrong and what to do next, on standard error. */
export function explain(error: unknown): void {
  if (!(error instanceof Error)) return void process.stderr.write(`error: ${String(error)}\n`);
  const { code, hint } = error as Error & { code?: unknown; hint?: unknown };
  const lines = [`error: ${error.message}${typeof code === 'string' ? ` (${code})` : ''}`];
  if (typeof hint === 'string') lines.push(`  next: ${hint}`);
  // Nobody foresaw this one.
  if (typeof code !== 'string') lines.push(error.stack ?? '');
  process.stderr.write(`${lines.join('\n')}\n`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
