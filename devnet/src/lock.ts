import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { DevnetError } from './errors.ts';
import { type Home, readJson } from './home.ts';

/** What others on this machine may know of a running system. */
export interface Running {
  pid: number;
  chain: string;
  mailbox: string;
}

/**
 * Takes the home for this process, so that no two systems write to the same data. Gives back what releases it. Throws DevnetError
 * `home-in-use`.
 */
export function lockHome(home: Home, running: Running): Disposable {
  requireFree(home);
  // Exclusive: of two that start at the same moment one fails here.
  const file = openSync(home.running, 'wx', 0o600);
  writeSync(file, `${JSON.stringify(running)}\n`);
  closeSync(file);
  held.add(home.path);
  return {
    [Symbol.dispose]: () => {
      held.delete(home.path);
      rmSync(home.running, { force: true });
    },
  };
}

/** Removes what a killed process left. Throws DevnetError `home-in-use` where it still runs. */
export function requireFree(home: Home): void {
  const before = readJson(home.running) as Running | null;
  if (before === null) return;
  if (held.has(home.path) || isRunning(before.pid)) {
    throw new DevnetError(
      'home-in-use',
      `Process ${before.pid} already runs the system in ${home.path}.`,
      `End it first (Ctrl-C there, or kill ${before.pid}), or use another folder with --home DIR.`,
    );
  }
  rmSync(home.running, { force: true });
}

/** Homes of this very process. */
const held = new Set<string>();

/** In a container a killed process and its successor may have the same id: our own says nothing. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
