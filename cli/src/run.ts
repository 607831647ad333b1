import { CommanderError } from 'commander';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';

/** Runs one command line. @returns the exit code: 0 done, 1 refused or failed, 2 not understood */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const outcome = { failed: false };
  try {
    await createProgram(io, outcome).parseAsync(args, { from: 'user' });
    return outcome.failed ? 1 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    explain(error, io);
    return 1;
  }
}

/** Code, message and what to do next, whichever package threw it. */
function explain(error: unknown, io: Io): void {
  const { message, code, hint } = asThrown(error);
  io.err(`error: ${message}${typeof code === 'string' ? ` (${code})` : ''}`);
  const next = commands[String(code)] ?? hint;
  if (typeof next === 'string') io.err(`  next: ${next}`);
}

function asThrown(error: unknown): { message: string; code?: unknown; hint?: unknown } {
  return error instanceof Error ? error : { message: String(error) };
}

/** Where the next step is a command, it is named instead of the library's own words. */
const commands: Partial<Record<string, string>> = {
  'not-signed-in': 'symbolon signin EMAIL',
  'session-ended': 'symbolon signin EMAIL',
  'sign-in-needed': 'symbolon signin EMAIL (creating a wallet and joining one need a sign-in of the last minutes)',
  'no-wallet': 'symbolon wallet create',
  'wallet-exists': 'symbolon wallet show',
  'not-enrolled': 'symbolon devices request --help',
  'device-unknown': 'symbolon devices list',
};
