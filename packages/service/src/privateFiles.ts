import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { ConfigError } from './config.ts';

/** Far above any key or password. */
const maxSecretBytes = 65_536;

/**
 * The bytes of a secret file, in memory outside V8's heap that the caller wipes. The file is a regular one, no link, of mode
 * 0400 or 0600, and belongs to this process's user. Throws ConfigError `secret-file`.
 */
export function readSecretFile(path: string): Uint8Array {
  const file = openOrRefuse(path);
  try {
    const { mode, uid, size } = fstatSync(file);
    const hint = `chown it to the user that runs this process, and chmod 400 ${path}`;
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw refused(path, 'is not a regular file', hint);
    if ((mode & 0o177) !== 0) throw refused(path, 'may be read or written by others', hint);
    if (uid !== process.geteuid?.()) throw refused(path, 'belongs to another user', hint);
    if (size > maxSecretBytes) throw refused(path, `is larger than ${maxSecretBytes} bytes`, 'Name the right file.');
    return readExactly(file, size, path);
  } finally {
    closeSync(file);
  }
}

/**
 * Makes the folder (mode 0700) if need be. Throws ConfigError `private-folder` for one that others may look into, that belongs to
 * somebody else or is a link: it is not made tight after the fact, since what lies in it may have been read or planted.
 */
export function ensurePrivateDir(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode, uid } = lstatSync(path);
  const hint = `Look who had access, then chmod 700 ${path}`;
  const fail = (why: string) => new ConfigError('private-folder', `${path} ${why}.`, hint);
  if ((mode & constants.S_IFMT) !== constants.S_IFDIR) throw fail('is not a folder');
  if ((mode & 0o077) !== 0) throw fail('is open to others');
  if (uid !== process.geteuid?.()) throw fail('belongs to another user');
}

function openOrRefuse(path: string): number {
  try {
    // O_NONBLOCK: a pipe put in the file's place must not hang the start.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    throw refused(path, 'cannot be opened', 'Create it, or correct the configuration; a link is not followed.');
  }
}

function readExactly(file: number, size: number, path: string): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  let at = 0;
  while (at < size) {
    const got = readSync(file, bytes, at, size - at, at);
    if (got === 0) {
      bytes.fill(0);
      throw refused(path, 'changed while it was read', 'Start again.');
    }
    at += got;
  }
  return bytes;
}

const refused = (path: string, why: string, hint: string) => new ConfigError('secret-file', `${path} ${why}.`, hint);
