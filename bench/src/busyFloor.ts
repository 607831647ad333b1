import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { measureCryptography, measureFloor, type Primitive } from './floor.ts';

/** As {@link measureFloor}, every other core busy with the same: what the primitives cost when the machine is full. */
export async function measureBusyFloor(): Promise<Primitive[]> {
  const company: ChildProcess[] = [];
  try {
    for (let core = 1; core < availableParallelism(); core += 1) {
      const other = fork(import.meta.filename);
      company.push(other);
      await begun(other);
    }
    return await measureFloor();
  } finally {
    for (const other of company) other.kill('SIGKILL');
  }
}

/** Throws Error where it ended instead. */
async function begun(other: ChildProcess): Promise<void> {
  const ended = once(other, 'exit').then(() =>
    Promise.reject(new Error('a process that was to keep a core busy ended')),
  );
  // Later it is ended on purpose.
  ended.catch(() => undefined);
  await Promise.race([once(other, 'message'), ended]);
}

/** Keeps a core busy until it is ended, or whoever started it is gone. */
async function keepCompany(): Promise<never> {
  process.once('disconnect', () => process.exit());
  process.send?.('begun');
  for (;;) {
    measureCryptography();
    await setImmediate();
  }
}

if (import.meta.main) await keepCompany();
