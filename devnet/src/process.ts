import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DevnetError } from './errors.ts';

export interface Launch {
  name: string;
  /** TypeScript file to run, and its arguments. */
  script: string;
  args: readonly string[];
  /** Takes its standard error, where parties log. */
  logFile: string;
}

/** A process that has said it is ready. */
export interface Running {
  pid: number;
  /** The line in which it said so. */
  ready: Record<string, unknown>;
  /** Resolves when it has ended, whatever ended it. */
  exited: Promise<Exit>;
  /** SIGTERM, then SIGKILL after 5 s. Resolves when it has ended. */
  stop(): Promise<void>;
  /** Resolves when it has ended: for signals that end it. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const readyDeadlineMs = 90_000;
const stopDeadlineMs = 5_000;
const leash = join(import.meta.dirname, 'leash.ts');

/** Starts a process and waits until it is ready. Throws DevnetError `party-failed` with its last log lines. */
export async function launch({ name, script, args, logFile }: Launch): Promise<Running> {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, ['--import', leash, script, ...args], {
    // Nothing of this environment: a party's credentials are its own.
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', log],
    // A process group of its own, so that Ctrl-C reaches the parent alone, which ends the others in order.
    detached: true,
  });
  closeSync(log);
  // The leash's end in this process; the child's end may break it first.
  child.stdin?.on('error', () => undefined);
  const exited = exitOf(child);
  const ready = await Promise.race([readyLine(child), deadline()]);
  if (ready === null || ready === 'late' || child.pid === undefined) {
    child.kill('SIGKILL');
    await exited;
    throw failed(name, logFile, ready === 'late' ? `is not ready after ${readyDeadlineMs / 1_000} s` : 'ended');
  }
  child.stdout?.resume();
  // A program that runs under another one says its own id: the outer one ends with it.
  const pid = typeof ready.pid === 'number' ? ready.pid : child.pid;
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
    await exited;
  };
  const stop = async () => {
    const last = setTimeout(() => void kill('SIGKILL'), stopDeadlineMs);
    await kill('SIGTERM');
    clearTimeout(last);
  };
  return { pid, ready, exited, stop, kill };
}

/** The last lines of a log file, without stack frames: those would leave no room for what went wrong. */
export function lastLines(logFile: string, count = 8): string[] {
  const lines = readFileSync(logFile, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '' && !/^\s+at /.test(line)).slice(-count);
}

/** Null where the output ends first: the process has ended, or soon will. */
async function readyLine(child: ChildProcess): Promise<Record<string, unknown> | null> {
  if (child.stdout === null) return null;
  const lines = createInterface({ input: child.stdout });
  try {
    for await (const line of lines) {
      const said = parsed(line);
      if (said?.event === 'ready') return said;
    }
    return null;
  } finally {
    lines.close();
  }
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  const [code, signal] = await once(child, 'exit').catch(() => [null, null]);
  return { code, signal };
}

function deadline(): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), readyDeadlineMs).unref());
}

function failed(name: string, logFile: string, what: string): DevnetError {
  const lines = lastLines(logFile).map((line) => `\n    ${line}`);
  return new DevnetError(
    'party-failed',
    `The ${name} ${what}. The last it said:${lines.join('')}`,
    `The whole log is in ${logFile}.`,
  );
}
