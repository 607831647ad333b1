import type { Logger } from './log.ts';

/** One thing to end; named, so that the log can say which one did not. */
export type ClosingStep = { readonly name: string; readonly close: () => void | Promise<void> };

/**
 * The end of a process: runs `steps` in order (the server first, so that nothing new comes in while the store closes), each even
 * if one before it failed. Resolves to whether all went well. Idempotent: further calls wait for the first.
 */
export function createShutdown(steps: readonly ClosingStep[], log: Logger): () => Promise<boolean> {
  let ended: Promise<boolean> | undefined;
  return () => {
    ended ??= closeAll(steps, log);
    return ended;
  };
}

/**
 * On the first SIGTERM or SIGINT runs `shutdown` and exits, with 0 if all went well. A second signal finds the system's default
 * action, and ends the process at once.
 */
export function shutdownOnSignals(shutdown: () => Promise<boolean>, log: Logger): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info('stopping', { signal: signal.toLowerCase() });
      void shutdown().then((good) => process.exit(good ? 0 : 1));
    });
  }
}

async function closeAll(steps: readonly ClosingStep[], log: Logger): Promise<boolean> {
  let good = true;
  for (const { name, close } of steps) {
    try {
      await close();
    } catch (thrown) {
      good = false;
      log.error('step-failed', { step: name }, thrown);
    }
  }
  log.info('stopped');
  return good;
}
