import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EnclaveError } from './error.ts';
import { type Lock, sourceRoot } from './lock.ts';

const run = promisify(execFile);
const fetchTimeout = 60_000;

/** Debian's own client where there is one, since it knows this machine's mirror; then the public ones. */
const mirrors = ({ pool, snapshot }: Lock['packages'][string]): string[] => [
  `http://deb.debian.org/debian/${pool}`,
  `https://snapshot.debian.org/file/${snapshot}`,
];

/** A folder with the content of every locked package; `dispose` removes it. */
export interface Unpacked extends Disposable {
  readonly folder: string;
}

/**
 * Fetches what is missing into `cache` and unpacks all of it. Whatever a mirror or the cache gives counts only with the locked hash.
 * Throws EnclaveError `input-missing` naming the packages, `input-altered`, `tool-missing`.
 */
export async function unpackPackages(lock: Lock, cache: string): Promise<Unpacked> {
  mkdirSync(cache, { recursive: true });
  const missing = Object.keys(lock.packages).filter((name) => !existsSync(fileOf(lock, cache, name)));
  if (missing.length > 0) await download(lock, cache, missing);
  const folder = mkdtempSync(join(cache, 'unpacked-'));
  try {
    const files = Object.keys(lock.packages).map((name) => {
      const file = fileOf(lock, cache, name);
      requireLocked(readFileSync(file), lock.packages[name]?.sha256, file);
      return file;
    });
    await Promise.all(files.map((file) => unpack(file, folder)));
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

async function unpack(file: string, folder: string): Promise<void> {
  try {
    await run('dpkg-deb', ['--extract', file, folder]);
  } catch (error) {
    throw new EnclaveError('tool-missing', `dpkg-deb failed: ${String(error)}`, 'Build on Debian or Ubuntu.');
  }
}

/** A file that npm installed, if it is the locked one. Throws EnclaveError `input-missing`, `input-altered`. */
export function readInstalled(path: string, sha256: string): Uint8Array {
  const file = join(sourceRoot, path);
  if (!existsSync(file)) {
    throw new EnclaveError('input-missing', `${path} is not installed.`, 'Run npm ci, without --omit=optional.');
  }
  const content = readFileSync(file);
  requireLocked(content, sha256, path);
  return content;
}

const fileOf = (lock: Lock, cache: string, name: string): string => join(cache, `${lock.packages[name]?.sha256}.deb`);

async function download(lock: Lock, cache: string, names: readonly string[]): Promise<void> {
  const fetched = await downloadWithApt(lock, cache, names);
  const failed: string[] = [];
  for (const name of names) {
    const content = fetched.get(name) ?? (await downloadFromMirrors(lock, name));
    if (content === null) failed.push(`${name} ${lock.packages[name]?.version}`);
    else keep(fileOf(lock, cache, name), content);
  }
  if (failed.length === 0) return;
  throw new EnclaveError(
    'input-missing',
    `No source has these Debian packages as locked: ${failed.join(', ')}.`,
    'Look whether this machine reaches a Debian mirror. What is built without them can still be compared: PCR2.',
  );
}

/** By SHA-256, those that the machine's apt brought; none where there is no apt. */
async function downloadWithApt(lock: Lock, cache: string, names: readonly string[]) {
  const folder = mkdtempSync(join(cache, 'apt-'));
  const fetched = new Map<string, Uint8Array>();
  try {
    const wanted = names.map((name) => `${name}:amd64=${lock.packages[name]?.version}`);
    await run('apt-get', ['download', ...wanted], { cwd: folder }).catch(() => undefined);
    const byHash = new Map(names.map((name) => [lock.packages[name]?.sha256, name]));
    for (const file of readdirSync(folder)) {
      const content = readFileSync(join(folder, file));
      const name = byHash.get(sha256Of(content));
      if (name !== undefined) fetched.set(name, content);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return fetched;
}

async function downloadFromMirrors(lock: Lock, name: string): Promise<Uint8Array | null> {
  const locked = lock.packages[name];
  if (locked === undefined) return null;
  for (const url of mirrors(locked)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeout) });
      const content = new Uint8Array(await response.arrayBuffer());
      if (sha256Of(content) === locked.sha256) return content;
    } catch {
      // The next one may have it.
    }
  }
  return null;
}

/** Whole or not at all: two builds may share a cache. */
function keep(file: string, content: Uint8Array): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

function requireLocked(content: Uint8Array, sha256: string | undefined, name: string): void {
  if (sha256Of(content) === sha256) return;
  throw new EnclaveError(
    'input-altered',
    `${name} is not what enclave/inputs.lock.json names.`,
    'Remove it, try again.',
  );
}

const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
