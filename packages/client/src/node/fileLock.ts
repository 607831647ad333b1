import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { chainLock, type Lock } from '../lock.ts';
import { isMissing } from './fileStorage.ts';

const pause = 20;
/** A lock without an owner's number after this, ms, was left by a process that died while it wrote it. */
const unreadableFor = 5_000;
/** Nothing under a lock takes this long, ms: its owner's number belongs to another process by now. */
const longest = 5 * 60_000;

/**
 * Over all processes that share a device's folder: two commands at once must not both use one refresh token. A lock left by a
 * process that is gone is taken over.
 */
export function fileLock(folder: string): Lock {
  const within = chainLock();
  return (name, work) =>
    within(name, async () => {
      const path = join(folder, `${name}.lock`);
      while (!(await claim(path))) await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        return await work();
      } finally {
        await rm(path, { force: true });
      }
    });
}

async function claim(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  if (await isAbandoned(path)) await rm(path, { force: true });
  return false;
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(path, 'utf8'));
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (Number.isSafeInteger(owner) && owner > 0) return !isRunning(owner) || age > longest;
    return age > unreadableFor;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
