import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage, type SiteFile } from './site.ts';

const folder = join(dirname(fileURLToPath(import.meta.resolve('@metamask/test-dapp/package.json'))), 'dist');
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** MetaMask's test-dapp as it comes by npm, its page with one script more. */
export async function testDappFiles(walletUrl: string): Promise<(path: string) => SiteFile | null> {
  const shim = await bundlePage('shim');
  const tag = `<script src="/shim.js" data-wallet="${walletUrl}"></script>`;
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replace('<head>', `<head>${tag}`);
  return (path) => {
    if (path === '/') return { type: 'text/html; charset=utf-8', body: page };
    if (path === '/shim.js') return { type: 'text/javascript; charset=utf-8', body: shim };
    const file = join(folder, path);
    return existsSync(file) ? { type: types[extname(path)] ?? 'text/plain', body: readFileSync(file) } : null;
  };
}
