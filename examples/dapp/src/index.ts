import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface DappOptions {
  /** What the page is called. */
  name: string;
  /** Where the wallet's page is, an origin. */
  walletUrl: string;
  /** As the wallet's operator registered it; null: the wallet's window is used, never its dialog. */
  appId: string | null;
  /** 0 for a free one. Listens on 127.0.0.1. */
  port: number;
  /** Sent with every answer, beside the page's own policy. */
  headers?: Readonly<Record<string, string>>;
}

/** A dApp that is being served. */
export interface Dapp extends AsyncDisposable {
  port: number;
}

interface File {
  type: string;
  body: string;
}

/** Bundles the page and serves it: three files by plain HTTP, as any dApp's host would. */
export async function startDapp({ port, headers = {}, ...site }: DappOptions): Promise<Dapp> {
  const script = await bundle();
  const css = read('page.css');
  const server = createServer((request, response) => {
    const { host = '' } = request.headers;
    const files: Record<string, File> = {
      '/': { type: 'text/html', body: fill(read('page.html'), { ...site, appId: site.appId ?? '', host }) },
      '/page.js': { type: 'text/javascript', body: script },
      '/page.css': { type: 'text/css', body: css },
    };
    const file = files[new URL(request.url ?? '/', 'http://dapp').pathname];
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    response.setHeader('cache-control', 'no-store');
    if (file === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': `${file.type}; charset=utf-8` }).end(file.body);
  });
  server.listen(port, '127.0.0.1');
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

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };

function fill(template: string, values: Record<string, string>): string {
  const escaped = (text: string) => text.replace(/[&<"]/g, (sign) => entities[sign] ?? '');
  return template.replace(/\{\{(\w+)\}\}/g, (_all, key: string) => escaped(values[key] ?? ''));
}
