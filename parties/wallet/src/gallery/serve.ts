import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The policy that the wallet's page is served with: a screen that needs more than this must not pass. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const types = { js: 'text/javascript', css: 'text/css', html: 'text/html' } as const;

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Gallery</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><link rel="stylesheet" href="/gallery.css"></head>
<body><script type="module" src="/gallery.js"></script></body></html>`;

/** Serves these files, and the page at `/`, on a port of its own. `url` is what the browser opens. */
export async function serve(files: Map<string, Uint8Array>): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const body = path === '/' ? html : files.get(path);
    const type = path.endsWith('.js') ? types.js : path.endsWith('.css') ? types.css : types.html;
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://wallet.localhost:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
