import { buffer } from 'node:stream/consumers';
import { askHidden, askShown } from './prompt.ts';

/** What a command talks to. */
export interface Io {
  /** One line to standard output: results, and nothing else. */
  out(line: string): void;
  /** One line to standard error: what a person should know besides. */
  err(line: string): void;
  /** Standard input, whole. */
  inputBytes(): Promise<Uint8Array>;
  /** A line from the person, or of what is piped in. Throws CliError `no-terminal` where there is none. */
  ask(question: string): Promise<string>;
  /** Asks at the terminal without showing what is typed. The bytes are the caller's to wipe. Throws CliError `no-terminal`. */
  askHidden(question: string): Promise<Uint8Array>;
  /** Whether somebody could answer. */
  interactive: boolean;
  /** Columns of the terminal, for the help. */
  columns: number | undefined;
}

export function processIo(): Io {
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    inputBytes: () => buffer(process.stdin),
    ask: askShown,
    askHidden,
    interactive: process.stdin.isTTY === true,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  };
}
