import { toHex, utf8 } from '@symbolon/crypto';
import * as v from 'valibot';
import { digest } from './digest.ts';
import { ProtocolError } from './errors.ts';

/** What a page's file may be. Nothing else is ever served from the wallet's origin. */
const fileTypes = [
  'text/html; charset=utf-8',
  'text/javascript; charset=utf-8',
  'text/css; charset=utf-8',
  'application/json',
  'image/svg+xml',
] as const;
export type PageFileType = (typeof fileTypes)[number];

/** Bytes. */
const maximumFile = 4 * 1024 * 1024;
const maximumManifest = 2 * 1024 * 1024;

const path = v.pipe(v.string(), v.maxLength(128), v.regex(/^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,3}$/));

/** Characters that would end a directive of a Content-Security-Policy have no place in an origin's own spelling. */
const source = v.pipe(
  v.string(),
  v.maxLength(128),
  v.regex(/^https?:\/\/[a-z0-9.:[\]-]+$/),
  v.check((text) => URL.canParse(text) && new URL(text).origin === text, 'expected an origin'),
);

const pageFile = v.strictObject({
  /** Where it lies in the release's folder; documents are served at the addresses of {@link documentOf} instead. */
  path,
  /** Hex. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maximumFile)),
  type: v.picklist(fileTypes),
});
export type PageFile = v.InferOutput<typeof pageFile>;

const ascending = (keys: string[]) => keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key);

/** One release of the wallet's page (`release.json`): every file by its hash, and whom its pages may talk to. */
const pageRelease = v.strictObject({
  v: v.literal(1),
  /** Origins of parties, issuers and chains beside the page's own: the whole of its `connect-src`. */
  connect: v.pipe(v.array(source), v.maxLength(64), v.check(ascending, 'not sorted, or one stands twice')),
  files: v.pipe(
    v.array(pageFile),
    v.minLength(1),
    v.maxLength(8_192),
    v.check((files) => ascending(files.map((file) => file.path)), 'not sorted by path, or one stands twice'),
  ),
});
export type PageRelease = v.InferOutput<typeof pageRelease>;

/** The manifest's exact bytes: JSON as `JSON.stringify` writes it. */
export const writePageRelease = (release: PageRelease): Uint8Array => utf8(JSON.stringify(release));

/**
 * Reads a manifest. Only the one spelling that {@link writePageRelease} has is read: a member given twice would mean one thing
 * to whoever checks and another to whoever serves. Throws ProtocolError `malformed`.
 */
export function readPageRelease(bytes: Uint8Array): PageRelease {
  const parsed = v.safeParse(pageRelease, bytes.length > maximumManifest ? null : parseJson(bytes), {
    abortEarly: true,
  });
  if (!parsed.success) throw malformed();
  const written = writePageRelease(inOrder(parsed.output));
  if (toHex(digest('page-release', written)) !== toHex(digest('page-release', bytes))) throw malformed();
  return parsed.output;
}

/** What a statement names a release by: the hash of its manifest's exact bytes, 32 bytes. */
export const pageReleaseHash = (manifest: Uint8Array): Uint8Array => digest('page-release', manifest);

/** The page's three documents by their file. */
export type PageDocument = '/account.html' | '/approve.html' | '/dialog.html';

/** `/dialog/APPID`. */
const dialogAddress = /^\/dialog\/([0-9a-z][0-9a-z-]{0,62})$/;

/** The document that is served at an address of the wallet's origin; null where none is. */
export function documentOf(pathname: string): PageDocument | null {
  if (pathname === '/' || pathname === '/callback') return '/account.html';
  if (pathname === '/approve') return '/approve.html';
  return dialogAddress.test(pathname) ? '/dialog.html' : null;
}

/** The app whose page may frame the dialog at this address; null for every other address. */
export const dialogApp = (pathname: string): string | null => dialogAddress.exec(pathname)?.[1] ?? null;

/** Whether the file of this path can be asked for by it: documents are served at their addresses alone. */
export const servedByPath = (filePath: string): boolean => !filePath.endsWith('.html');

const inOrder = ({ v: version, connect, files }: PageRelease): PageRelease => ({
  v: version,
  connect,
  files: files.map(({ path: at, sha256, bytes, type }) => ({ path: at, sha256, bytes, type })),
});

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

const malformed = () =>
  new ProtocolError('malformed', 'This is no manifest of a page release.', 'Build one with `symbolon page build`.');
