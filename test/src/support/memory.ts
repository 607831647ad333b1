import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Haystack } from './search.ts';

/** Everything that a process on this machine can have written to, from /proc; an emulator's holds its whole machine's memory. */
export function* memoryOfProcess(pid: number): Generator<Haystack> {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to, name = ''] = /^([0-9a-f]+)-([0-9a-f]+) .w.. \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
      if (from === undefined || to === undefined || name === '[vvar]') continue;
      const bytes = new Uint8Array(Number.parseInt(to, 16) - Number.parseInt(from, 16));
      const got = readAt(memory, bytes, BigInt(`0x${from}`));
      yield { where: 'memory', bytes: bytes.subarray(0, got) };
    }
  } finally {
    closeSync(memory);
  }
}

/** How much could be read: guard pages can't, and the rest of a mapping after one is lost. */
function readAt(file: number, bytes: Uint8Array, position: bigint): number {
  const step = 1 << 20;
  let done = 0;
  while (done < bytes.length) {
    try {
      const got = readSync(file, bytes, done, Math.min(step, bytes.length - done), position + BigInt(done));
      if (got === 0) break;
      done += got;
    } catch {
      break;
    }
  }
  return done;
}
