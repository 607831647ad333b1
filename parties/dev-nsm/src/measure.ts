import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measurement } from '@symbolon/attestation';

const LOCKFILE = 'package-lock.json';
const SIGNER = 'parties/signer';

/**
 * The development measurement of the signer as it lies in the repository at `repoRoot`: PCR2 its own sources and those of the
 * workspace packages it depends on, PCR1 the lockfile (which names every outside package, Node too, by hash), PCR0 both.
 * It tells honest versions apart. It proves nothing against whoever runs the machine, nor against changed node_modules.
 */
export function measureSigner(repoRoot: string): Measurement {
  const sources = closure(repoRoot, SIGNER).flatMap((folder) => sourceFiles(repoRoot, folder));
  return {
    pcr0: extendFromZero(framed(repoRoot, [LOCKFILE, ...sources])),
    pcr1: extendFromZero(readFileSync(join(repoRoot, LOCKFILE))),
    pcr2: extendFromZero(framed(repoRoot, sources)),
  };
}

/** PCR = SHA384(0^48 || SHA384(contents)), as Nitro measures an image's parts. */
function extendFromZero(contents: Uint8Array): Uint8Array {
  return sha384(Buffer.concat([Buffer.alloc(48), sha384(contents)]));
}

/** Path and content of each file, each after its length (8 bytes, big-endian), sorted by path. */
function framed(repoRoot: string, paths: readonly string[]): Uint8Array {
  const parts = paths.toSorted().flatMap((path) => [Buffer.from(path), readFileSync(join(repoRoot, path))]);
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
}

function lengthOf(part: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(part.length));
  return length;
}

/** The folder and those of the workspace packages it depends on, directly or not. */
function closure(repoRoot: string, folder: string): string[] {
  const workspace = workspacePackages(repoRoot);
  const found = new Set([folder]);
  for (const each of found) {
    for (const name of Object.keys(manifest(repoRoot, each).dependencies ?? {})) {
      const dependency = workspace.get(name);
      if (dependency !== undefined) found.add(dependency);
    }
  }
  return [...found];
}

function workspacePackages(repoRoot: string): Map<string, string> {
  const folders = readdirSync(join(repoRoot, 'packages')).map((name) => `packages/${name}`);
  const packages = folders.filter((folder) => existsSync(join(repoRoot, folder, 'package.json')));
  return new Map(packages.map((folder) => [manifest(repoRoot, folder).name, folder]));
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
}

function manifest(repoRoot: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(repoRoot, folder, 'package.json'), 'utf8'));
}

/** Everything under src/ but tests, and the manifest, since it says which file a name stands for. */
function sourceFiles(repoRoot: string, folder: string): string[] {
  const entries = readdirSync(join(repoRoot, folder, 'src'), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.endsWith('.test.ts'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name).slice(join(repoRoot, '/').length);
      if (!entry.isFile()) throw new Error(`${path} is not a plain file: what it leads to could change unmeasured`);
      return path;
    });
  return [`${folder}/package.json`, ...paths];
}

function sha384(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha384').update(bytes).digest());
}
