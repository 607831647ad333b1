import type { Io } from './io.ts';

/** A terminal that nobody sits at: keeps what is said, answers from what it was given. */
export function recordingIo(
  given: { input?: Uint8Array; answers?: string[] } = {},
): Io & { said: string; erred: string } {
  const answers = [...(given.answers ?? [])];
  const io = {
    said: '',
    erred: '',
    interactive: answers.length > 0,
    columns: 100,
    out: (line: string) => {
      io.said += `${line}\n`;
    },
    err: (line: string) => {
      io.erred += `${line}\n`;
    },
    inputBytes: async () => given.input ?? new Uint8Array(),
    ask: async () => answers.shift() ?? '',
    askHidden: async () => new TextEncoder().encode(answers.shift() ?? ''),
  };
  return io;
}
