import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type PageFileType,
  type PageRelease,
  pageReleaseHash,
  readPageRelease,
  writePageRelease,
} from '@symbolon/protocol';
import { BuildError } from './errors.ts';

/** A built page: what organisations allow, and a web host serves. */
export interface Release {
  /** What a statement names it by, 32 bytes. */
  hash: Uint8Array;
  manifest: PageRelease;
  /** Exact bytes of `release.json`. */
  manifestBytes: Uint8Array;
  /** Bytes by path. */
  files: ReadonlyMap<string, Uint8Array>;
}

/** Measures files into a release. */
export function measure(files: ReadonlyMap<string, Uint8Array>, connect: readonly string[]): Release {
  const manifest: PageRelease = {
    v: 1,
    connect: [...connect].sort(),
    files: [...files.keys()].sort().map((path) => {
      const contents = files.get(path) ?? new Uint8Array();
      return { path, sha256: sha256(contents), bytes: contents.length, type: typeOf(path) };
    }),
  };
  const manifestBytes = writePageRelease(manifest);
  readPageRelease(manifestBytes);
  return { hash: pageReleaseHash(manifestBytes), manifest, manifestBytes, files };
}

/** Writes a release into a folder: whole, in the place of what was there. */
export function writeRelease({ files, manifestBytes }: Release, folder: string): void {
  const draft = `${folder}.tmp`;
  rmSync(draft, { recursive: true, force: true });
  for (const [path, contents] of [...files, ['/release.json', manifestBytes] as const]) {
    const at = join(draft, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, contents);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
}

/** Reads a release from a folder. Throws BuildError `release-damaged` where a file is not what its manifest says. */
export function readRelease(folder: string): Release {
  const manifestBytes = new Uint8Array(read(folder, '/release.json'));
  const manifest = readPageRelease(manifestBytes);
  const files = new Map<string, Uint8Array>();
  for (const { path, sha256: expected, bytes } of manifest.files) {
    const contents = new Uint8Array(read(folder, path));
    if (contents.length !== bytes || sha256(contents) !== expected) throw damaged(`${path} in ${folder} was changed`);
    files.set(path, contents);
  }
  return { hash: pageReleaseHash(manifestBytes), manifest, manifestBytes, files };
}

function read(folder: string, path: string): Buffer {
  try {
    return readFileSync(join(folder, path));
  } catch {
    throw damaged(`${path} is missing in ${folder}`);
  }
}

const sha256 = (contents: Uint8Array): string => createHash('sha256').update(contents).digest('hex');

const types: Readonly<Record<string, PageFileType>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
};

function typeOf(path: string): PageFileType {
  const type = types[path.slice(path.lastIndexOf('.') + 1)];
  if (type === undefined)
    throw new BuildError('release-damaged', `${path} is of no type that is served.`, 'Remove it.');
  return type;
}

const damaged = (what: string) => new BuildError('release-damaged', `${what}.`, 'Build the release again.');
