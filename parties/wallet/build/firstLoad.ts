import { gzipSync } from 'node:zlib';
import type { Release } from './release.ts';

/** What a browser loads before a surface's first line has run: bytes, gzipped, by path. */
export interface FirstLoad {
  total: number;
  files: Record<string, number>;
}

/** Measures the first load of a document of a release: itself, and all that it names. */
export function firstLoad({ files }: Release, document: '/account.html' | '/approve.html' | '/dialog.html'): FirstLoad {
  const contents = (path: string) => files.get(path) ?? new Uint8Array();
  const named = [...new TextDecoder().decode(contents(document)).matchAll(/(?:href|src)="([^"]+)"/g)];
  const paths = [document, ...named.map((match) => match[1] ?? '')];
  const sizes = Object.fromEntries(paths.map((path) => [path, gzipSync(contents(path), { level: 9 }).length]));
  return { total: Object.values(sizes).reduce((sum, size) => sum + size, 0), files: sizes };
}
