import { type PageFile, type PageRelease, pageReleaseHash, readPageRelease } from '@symbolon/protocol';
import { readBytes } from '@symbolon/verify';
import { hashOf } from './files.ts';
import { NotTaken } from './trust.ts';

/** A release, as whoever serves the page offers it. */
export interface Offered {
  manifest: PageRelease;
  /** Exact bytes of the manifest, and the hash that statements name them by. */
  bytes: Uint8Array;
  hash: Uint8Array;
}

const maximumManifest = 2 * 1024 * 1024;
/** ms; a large file over a slow line takes its time. */
const timeout = 60_000;

/** A document's file has no address of its own. */
const documentAddresses: Readonly<Record<string, string>> = {
  '/account.html': '/',
  '/approve.html': '/approve',
  '/dialog.html': '/dialog/none',
};

/** Asks the host what it serves now. Throws NotTaken for a manifest that can't be read, anything else where there is no answer. */
export async function offeredRelease(fetcher: typeof fetch): Promise<Offered> {
  const response = await fetcher('/release.json', fresh());
  if (!response.ok) throw new Error(String(response.status));
  const bytes = await readBytes(response, maximumManifest);
  try {
    return { bytes, manifest: readPageRelease(bytes), hash: pageReleaseHash(bytes) };
  } catch {
    throw new NotTaken('manifest-unreadable');
  }
}

/** A file's bytes, from the host. Throws NotTaken `file-differs` where they are not what the manifest says. */
export async function fetchFile({ path, sha256, bytes: length }: PageFile, fetcher: typeof fetch): Promise<Uint8Array> {
  const address = documentAddresses[path] ?? path;
  const response = await fetcher(address, fresh()).catch(() => null);
  const bytes = response?.ok ? await readBytes(response, length).catch(() => null) : null;
  if (bytes === null || (await hashOf(bytes)) !== sha256) throw new NotTaken('file-differs');
  return bytes;
}

const fresh = (): RequestInit => ({ cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(timeout) });
