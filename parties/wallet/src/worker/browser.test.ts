import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SigningKey } from '@symbolon/crypto/native';
import { appsAnswer, type LoggedStatement, statementListCodec } from '@symbolon/protocol';
import { stop as stopEsbuild } from 'esbuild';
import type { Page } from 'playwright-core';
import { type Chromium, startChromium } from '../../../../test/src/support/chromium.ts';
import { start } from '../../../web-host/src/start.ts';
import { buildPage } from '../../build/buildPage.ts';
import { testInput, testSources } from '../../build/testInput.ts';
import { nextLogged } from './testing.ts';

const [kms, one, two] = [SigningKey.generate(), SigningKey.generate(), SigningKey.generate()];
const folder = mkdtempSync(join(tmpdir(), 'page-worker-'));
const list: LoggedStatement[] = [];
const registered: string[] = [];
const key = ({ publicKey }: SigningKey) => Buffer.from(publicKey).toString('base64url');

/** A page that waits for what never comes fails by then, ms; what is still open does not keep the process alive. */
const within = 120_000;

const running = new AsyncDisposableStack();
let browser: Chromium;
let host: Awaited<ReturnType<typeof start>> | null = null;
let port = 0;
let wallet = '';
let partiesUrl = '';

before(
  async () => {
    running.defer(() => rmSync(folder, { recursive: true }));
    running.defer(() => stopEsbuild());
    partiesUrl = await listening((request, response) => {
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
      const shop = { id: 'shop', name: 'Shop', icon: null, origins: registered, chains: [] };
      if (request.url === '/v1/apps?id=shop' && registered.length > 0) {
        response.end(appsAnswer.encode({ apps: [shop] }));
      } else if (request.url?.startsWith('/v1/apps')) response.end(appsAnswer.encode({ apps: [] }));
      else response.end(statementListCodec.encode({ statements: list }));
    });
    running.defer(async () => void (await host?.stop()));
    browser = running.use(await startChromium());
  },
  { timeout: within },
);
after(() => running.disposeAsync(), { timeout: within });

async function release(version: string, allowed: boolean, sources = testSources()): Promise<string> {
  const input = testInput();
  const deployment = {
    ...input.deployment,
    organisations: [
      { name: 'one', key: key(one) },
      { name: 'two', key: key(two) },
    ],
    kms: { ...(input.deployment['kms'] as object), url: partiesUrl, signing: key(kms) },
    cloud: { ...(input.deployment['cloud'] as object), url: partiesUrl },
  };
  const chains = input.chains.map((chain) => ({ ...chain, name: version }));
  const out = join(folder, version);
  const { hash } = await buildPage({
    input: { ...input, deployment, chains },
    out,
    sources,
    descriptors: null,
  });
  const how = { deployment: 'test-page', by: [one, two], kms, at: Date.now() };
  if (allowed) list.push(nextLogged(list, { what: 'allow-page', release: hash, note: '' }, how));
  return out;
}

async function serve(releaseDir: string | null): Promise<void> {
  await host?.stop();
  host = null;
  if (releaseDir === null) return;
  const operations = { host: '127.0.0.1', port: 0 };
  host = await start({ releaseDir, cloudUrl: partiesUrl, host: '127.0.0.1', port, operations, logLevel: 'error' });
  port = host.port;
  wallet = `http://wallet.localhost:${port}`;
}

const root = (page: Page) => page.locator('#root');
const served = (page: Page) => page.evaluate(async () => (await (await fetch('/chains.json')).json()).chains[0].name);

/** As after some minutes without a page: the browser ends a worker that has nothing to do. */
async function endWorkers(page: Page): Promise<void> {
  const session = await browser.context.newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
}

test('in a real browser: a page is pinned, outlives its host, refuses what nobody allowed, and takes what is allowed', {
  timeout: within,
}, async () => {
  await serve(await release('first', true));
  const page = await browser.open(`${wallet}/`);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);

  await serve(null);
  await page.reload();
  assert.match((await root(page).textContent()) ?? '', /account/);
  assert.equal(await served(page), 'first');

  const worker = 'parties/wallet/build/testdata/worker.ts';
  await serve(await release('evil', false, { ...testSources(), worker }));
  await page.reload();
  await root(page).getByText('release-refused').waitFor();
  await root(page).getByText('worker-changed').waitFor();
  assert.equal(await served(page), 'first');

  await serve(await release('second', true));
  await endWorkers(page);
  await page.reload();
  await page.waitForFunction(async () => (await (await fetch('/chains.json')).json()).chains[0].name === 'second');
  await page.reload();
  assert.equal(await served(page), 'second');
  assert.ok(!(await root(page).textContent())?.includes('release'));
  assert.deepEqual(
    complaints.filter((text) => /Content Security Policy|Trusted/i.test(text)),
    [],
  );
  await page.close();
});

test('a dApp’s window keeps its opener, and only a registered dialog can be framed', { timeout: within }, async () => {
  const dapp = await listening((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>dapp</title>');
  });
  const dappOrigin = `http://dapp.localhost:${new URL(dapp).port}`;
  registered.push(dappOrigin);
  const page = await browser.open(`${dappOrigin}/`);
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate((url) => void window.open(url, '_blank', 'popup'), `${wallet}/approve`),
  ]);
  await popup.getByText('approve').waitFor();
  assert.equal(await popup.evaluate(() => navigator.serviceWorker.controller !== null), true);
  assert.equal(await popup.evaluate(() => window.opener !== null), true);

  const framed = (address: string) => page.evaluate(frame, wallet + address);
  for (const address of ['/dialog/other', '/', '/approve']) assert.equal(await framed(address), 'blocked', address);
  assert.equal(await framed('/dialog/shop'), 'by the host');
  // This site's partition has a worker of its own now, which asks the registry itself.
  let brought = '';
  for (let tries = 0; tries < 30 && brought !== 'by the worker'; tries += 1) brought = await framed('/dialog/shop');
  assert.equal(brought, 'by the worker');
  for (const address of ['/dialog/other', '/']) assert.equal(await framed(address), 'blocked', address);
  registered.length = 0;
  await endWorkers(page);
  assert.equal(await framed('/dialog/shop'), 'blocked');
  await page.close();
});

/** In the dApp's page: who brought this address into a frame, or that the browser blocked it. */
async function frame(url: string): Promise<string> {
  const element = document.body.appendChild(document.createElement('iframe'));
  const loaded = new Promise((resolve) => element.addEventListener('load', resolve, { once: true }));
  element.src = url;
  await loaded;
  const said = await new Promise<string>((resolve) => {
    addEventListener('message', ({ data, source }) => source === element.contentWindow && resolve(String(data)));
    setTimeout(() => resolve('blocked'), 1_000);
  });
  element.remove();
  return said;
}

/** A server of this file's, ended with it. */
async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  running.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
