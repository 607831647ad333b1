import { createHash } from 'node:crypto';
import type { Bundle, Surface } from './bundle.ts';
import { BuildError } from './errors.ts';

/**
 * A surface's document: no inline script, no inline style. What it loads carries its hash (SRI), so that a cache or a copy in
 * between can't change it; chunks loaded later are checked by the service worker.
 */
export function documentFor(title: string, surface: Surface, icon: string, files: Bundle['files']): string {
  const integrity = (path: string) => `integrity="${subresourceHash(path, files)}"`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title>`,
    `<link rel="icon" href="${icon}" type="image/svg+xml">`,
    ...surface.styles.map((path) => `<link rel="stylesheet" href="${path}" ${integrity(path)}>`),
    ...surface.preloads.map((path) => `<link rel="modulepreload" href="${path}" ${integrity(path)}>`),
    `<script type="module" src="${surface.script}" ${integrity(surface.script)}></script>`,
    '</head>',
    '<body>',
    '<div id="root"></div>',
    '<noscript>This wallet works in your browser, with JavaScript.</noscript>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Subresource Integrity, section 3.1. */
function subresourceHash(path: string, files: Bundle['files']): string {
  const contents = files.get(path);
  if (contents === undefined) throw new BuildError('release-damaged', `${path} is not there.`, 'Build again.');
  return `sha384-${createHash('sha384').update(contents).digest('base64')}`;
}

/** Two halves of a token, laid together. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#0d5c4d" d="M15 3a13 13 0 0 0 0 26l-3-6 4-5-4-6z"/><path fill="#1f1c17" d="M18 3a13 13 0 0 1 0 26l-3-6 4-5-4-6z"/></svg>\n`;
