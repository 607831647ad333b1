import { Secret } from '@symbolon/crypto';
import { CliError } from './errors.ts';

const keyLength = 32;

/**
 * A private key as files and people have it: 32 bytes as they are, or 64 hex digits with or without 0x, with white space around.
 * Never made into a string, which nothing could wipe. Takes `given` over: wiped whatever happens. Throws CliError `key-text`.
 */
export function readKey(given: Uint8Array): Secret {
  try {
    if (given.length === keyLength) return Secret.take(given);
    const digits = withoutPrefix(trimmed(given));
    if (digits.length !== 2 * keyLength) throw invalid();
    const key = Secret.alloc(keyLength);
    const bytes = key.expose();
    for (let at = 0; at < keyLength; at++) bytes[at] = (digit(digits[2 * at]) << 4) | digit(digits[2 * at + 1]);
    return key;
  } finally {
    given.fill(0);
  }
}

function trimmed(bytes: Uint8Array): Uint8Array {
  const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
  let from = 0;
  let to = bytes.length;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  return bytes.subarray(from, to);
}

function withoutPrefix(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x30 && (bytes[1] === 0x78 || bytes[1] === 0x58) ? bytes.subarray(2) : bytes;
}

function digit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  if (lower >= 0x61 && lower <= 0x66) return lower - 0x61 + 10;
  throw invalid();
}

/** Says nothing of what was given. */
function invalid(): CliError {
  return new CliError(
    'key-text',
    'That is no private key.',
    'Give 64 hex digits, with or without 0x, or a file of 32 bytes.',
  );
}
