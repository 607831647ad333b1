import { createInterface } from 'node:readline';
import { CliError } from './errors.ts';

const longest = 4_096;

/** A line from the person, or from what is piped in. Throws CliError `no-terminal` where there is none. */
export async function askShown(question: string): Promise<string> {
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line.trim();
  } finally {
    lines.close();
  }
  throw nobody();
}

/**
 * Reads a line without echo, into memory off the JavaScript heap that the caller wipes: never a string. Ctrl-C throws CliError
 * `interrupted`.
 */
export async function askHidden(question: string): Promise<Uint8Array> {
  const { stdin } = process;
  if (!stdin.isTTY) throw nobody();
  process.stderr.write(question);
  stdin.setRawMode(true);
  const typed = new Uint8Array(new ArrayBuffer(longest));
  let length = 0;
  try {
    for await (const chunk of stdin.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Uint8Array;
      try {
        for (const byte of bytes) {
          if (byte === 0x03) throw new CliError('interrupted', 'Interrupted.', 'Nothing was done.');
          if (byte === 0x0d || byte === 0x0a || byte === 0x04) return copyOf(typed, length);
          if (byte === 0x7f || byte === 0x08) length = Math.max(0, length - 1);
          else if (length < longest) typed[length++] = byte;
        }
      } finally {
        bytes.fill(0);
      }
    }
    return copyOf(typed, length);
  } finally {
    typed.fill(0);
    stdin.setRawMode(false);
    stdin.pause();
    process.stderr.write('\n');
  }
}

function copyOf(bytes: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(length));
  copy.set(bytes.subarray(0, length));
  return copy;
}

function nobody(): CliError {
  return new CliError(
    'no-terminal',
    'There is nobody to ask here.',
    'Pipe the answer in, or see --help for an option.',
  );
}
