import { ConfigError } from '@symbolon/service';

const longest = 256;

/** The PIN as another program hands it over on standard input, to be wiped by the caller. Throws ConfigError `vault`. */
export async function pinOfInput(): Promise<Uint8Array> {
  if (process.stdin.isTTY) throw refused('There is no PIN');
  const pin = new Uint8Array(new ArrayBuffer(longest));
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = chunk as Uint8Array;
    if (length + bytes.length > longest) throw refused('The PIN is too long');
    pin.set(bytes, length);
    length += bytes.length;
    bytes.fill(0);
  }
  return pin.subarray(0, length);
}

const refused = (what: string) =>
  new ConfigError(
    'vault',
    `${what}.`,
    'Name a --pin-file that only you can read, or use `symbolon kms init`, which asks for it.',
  );
