import { readFileSync } from 'node:fs';
import { CliError } from '../errors.ts';

const kinds = [
  { type: 'image/png', begins: Buffer.from('89504e470d0a1a0a', 'hex'), at: 0 },
  { type: 'image/webp', begins: Buffer.from('WEBP'), at: 8 },
];
/** Characters of the whole `data:` URL. */
const maximumLength = 16_384;

/** An image file as the registry keeps it. Throws CliError `icon-invalid`. */
export function readIcon(path: string): string {
  const bytes = read(path);
  const kind = kinds.find(({ begins, at }) => bytes.subarray(at, at + begins.length).equals(begins));
  if (kind === undefined) throw invalid(path, 'is neither PNG nor WebP');
  const url = `data:${kind.type};base64,${bytes.toString('base64')}`;
  if (url.length > maximumLength) throw invalid(path, 'is larger than 12 KB');
  return url;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw invalid(path, 'cannot be read');
  }
}

const invalid = (path: string, why: string) =>
  new CliError('icon-invalid', `${path} ${why}.`, 'Give a square PNG or WebP image of at most 12 KB.');
