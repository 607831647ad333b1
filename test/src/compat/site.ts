import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What lies at a path of a site. */
export interface SiteFile {
  type: string;
  body: string | Uint8Array;
}

/** Serves what `find` gives for a path, on 127.0.0.1; null: nothing is there. */
export async function serveSite(find: (path: string) => SiteFile | null): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const file = find(new URL(request.url ?? '/', 'http://site').pathname);
    if (file === null) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-store' }).end(file.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** One of the pages here with everything that it imports, as a dApp's own build would make it. */
export async function bundlePage(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'pages', `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
