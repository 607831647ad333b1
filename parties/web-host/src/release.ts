import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { type PageFile, type PageRelease, pageReleaseHash, readPageRelease } from '@symbolon/protocol';

/** A file in every form in which it may leave. */
export interface Served {
  type: string;
  etag: string;
  plain: Uint8Array;
  br: Uint8Array | null;
  gzip: Uint8Array | null;
}

export interface LoadedRelease {
  manifest: PageRelease;
  hash: Uint8Array;
  /** By path, the manifest itself among them. */
  files: ReadonlyMap<string, Served>;
}

/** What keeps a web host from starting. */
class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code = 'release-damaged';
  readonly hint = 'Build the release again with `symbolon page build`, or name another folder.';
}

/** Reads a release into memory, whole. Throws ReleaseError where a file is missing or is not what the manifest says. */
export function loadRelease(folder: string): LoadedRelease {
  const manifestBytes = read(folder, '/release.json');
  const manifest = parse(manifestBytes);
  const files = new Map<string, Served>();
  for (const file of manifest.files) {
    const contents = read(folder, file.path);
    if (contents.length !== file.bytes || sha256(contents) !== file.sha256) {
      throw new ReleaseError(`${file.path} in ${folder} is not what the manifest says.`);
    }
    files.set(file.path, served(contents, file.type));
  }
  files.set('/release.json', served(manifestBytes, 'application/json'));
  return { manifest, hash: pageReleaseHash(manifestBytes), files };
}

function served(plain: Uint8Array, type: PageFile['type']): Served {
  const smaller = (packed: Uint8Array) => (packed.length < plain.length ? packed : null);
  // The slowest level costs half a minute over some hundred descriptors, for a few per cent.
  const quality = plain.length > 65_536 ? 9 : 7;
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  return { type, etag: `"${sha256(plain)}"`, plain, br: smaller(br), gzip: smaller(gzipSync(plain, { level: 9 })) };
}

function read(folder: string, path: string): Uint8Array {
  try {
    return readFileSync(join(folder, path));
  } catch {
    throw new ReleaseError(`${path} cannot be read in ${folder}.`);
  }
}

function parse(bytes: Uint8Array): PageRelease {
  try {
    return readPageRelease(bytes);
  } catch {
    throw new ReleaseError('release.json is no manifest of a page release.');
  }
}

const sha256 = (contents: Uint8Array): string => createHash('sha256').update(contents).digest('hex');
