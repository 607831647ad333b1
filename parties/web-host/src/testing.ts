import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { appsAnswer, type PageFile, type RegisteredApp, writePageRelease } from '@symbolon/protocol';

const html = (name: string) => `<!doctype html><title>${name}</title><div id="root"></div>${' '.repeat(400)}`;
const contents: Record<string, [text: string, type: PageFile['type']]> = {
  '/account.html': [html('account'), 'text/html; charset=utf-8'],
  '/approve.html': [html('approve'), 'text/html; charset=utf-8'],
  '/assets/account.ABCDEFGH.js': [`console.log(1);${'//'.repeat(400)}`, 'text/javascript; charset=utf-8'],
  '/assets/icon.ABCDEFGH.svg': ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
  '/chains.json': ['[]', 'application/json'],
  '/config.json': ['{"v":1}', 'application/json'],
  '/descriptors/0123456789abcdef.json': ['{}', 'application/json'],
  '/dialog.html': [html('dialog'), 'text/html; charset=utf-8'],
  '/sw.js': ['void 0;', 'text/javascript; charset=utf-8'],
};

export const connect = ['http://127.0.0.1:4102', 'https://issuer.example'];

/** A small release in a folder of its own; the folder. */
export function testRelease(): string {
  const folder = mkdtempSync(join(tmpdir(), 'web-host-'));
  const files = Object.entries(contents).map(([path, [text, type]]) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    return { path, sha256: createHash('sha256').update(text).digest('hex'), bytes: text.length, type };
  });
  writeFileSync(join(folder, 'release.json'), writePageRelease({ v: 1, connect, files }));
  return folder;
}

/** A cloud's registry that knows one app; counts what it was asked, and can be made to fail. */
export async function testRegistry(app: Pick<RegisteredApp, 'id' | 'origins'>) {
  const state = { asked: 0, fails: false };
  const server = createServer((request, response) => {
    state.asked += 1;
    const id = new URL(request.url ?? '', 'http://registry').searchParams.get('id');
    const apps = id === app.id ? [{ ...app, name: 'Test', icon: null, chains: [] }] : [];
    response.statusCode = state.fails ? 500 : 200;
    response.end(appsAnswer.encode({ apps }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, state, close };
}
