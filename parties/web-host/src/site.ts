import { dialogApp, documentOf, type HeaderFields, pageCaching, pageHeaders, servedByPath } from '@symbolon/protocol';
import type { Fetch } from '@symbolon/service';
import type { LoadedRelease, Served } from './release.ts';

export interface SiteOptions {
  release: LoadedRelease;
  /** Origins that may frame the dialog of an app. */
  frames: (app: string) => Promise<readonly string[]>;
  /** Told of each answer. */
  answered: (kind: Kind, status: number) => void;
}

/** What was asked for, for counting; never the address itself. */
type Kind = 'document' | 'file' | 'nothing';

/** The wallet's origin: the release's files at their addresses, and nothing else. Every answer has the same headers. */
export function createSite({ release, frames, answered }: SiteOptions): Fetch {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const app = dialogApp(pathname);
    const headers = pageHeaders(pathname, release.manifest.connect, app === null ? [] : await frames(app));
    const path = documentOf(pathname) ?? pathname;
    const file = path === pathname && !servedByPath(path) ? undefined : release.files.get(path);
    const response = file === undefined ? refuse(request, 404, headers) : answer(request, path, file, headers);
    answered(kindOf(path, file), response.status);
    return response;
  };
}

/** Headers of what is refused before its address is known. */
export const refusalHeaders = ({ manifest }: LoadedRelease): HeaderFields => pageHeaders('', manifest.connect, []);

function answer(request: Request, path: string, file: Served, security: HeaderFields): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(request, 405, security);
  const [encoding, body] = encoded(file, request.headers.get('accept-encoding') ?? '');
  const headers = {
    ...security,
    'cache-control': pageCaching(path),
    etag: file.etag,
    vary: 'Accept-Encoding',
  };
  if (isKnown(request.headers.get('if-none-match') ?? '', file.etag))
    return new Response(null, { status: 304, headers });
  return new Response(request.method === 'HEAD' ? null : (body as Uint8Array<ArrayBuffer>), {
    headers: {
      ...headers,
      'content-type': file.type,
      'content-length': String(body.length),
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    },
  });
}

/** RFC 9110, 13.1.2: weak comparison, since a proxy that packs anew weakens the tag. */
const isKnown = (given: string, etag: string) =>
  given.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);

/** The smallest form that the browser says it reads. Without weights: browsers send none. */
function encoded(file: Served, accepts: string): [encoding: 'br' | 'gzip' | null, body: Uint8Array] {
  const names = accepts.split(',').map((name) => name.trim().toLowerCase());
  if (file.br !== null && names.includes('br')) return ['br', file.br];
  if (file.gzip !== null && names.includes('gzip')) return ['gzip', file.gzip];
  return [null, file.plain];
}

const words = { 404: 'There is nothing at this address.\n', 405: 'This address is only read.\n' } as const;

function refuse(request: Request, status: keyof typeof words, security: HeaderFields): Response {
  return new Response(request.method === 'HEAD' ? null : words[status], {
    status,
    headers: {
      ...security,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    },
  });
}

function kindOf(path: string, file: Served | undefined): Kind {
  if (file === undefined) return 'nothing';
  return servedByPath(path) ? 'file' : 'document';
}
