import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { registerApp, rpc } from '@symbolon/devnet';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { createPublicClient, getAddress, type Hex, http, verifyMessage } from 'viem';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { click, Person, windowFrom } from './person.ts';

const recipient = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
let world: BrowserWorld;
let person: Person;
let server: Server;
let page: Page;
let address: string;

before(async () => {
  world = await bootBrowserWorld();
  server = await servePage();
  const origin = `http://libraries.localhost:${(server.address() as AddressInfo).port}`;
  const app = { id: 'libraries', name: 'Libraries', icon: null, origins: [origin], chains: [] };
  await registerApp(world.devnet.home, world.devnet.deployment, app);
  person = await Person.arrive(world);
  ({ address } = await person.account());
  await rpc(world.devnet.urls.chain, 'anvil_setBalance', [address, '0x8ac7230489e80000']);
  const query = new URLSearchParams({ wallet: world.wallet, rpc: world.devnet.urls.chain, recipient });
  page = await person.browser.open(`${origin}/?${query}`);
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  server?.closeAllConnections();
  server?.close();
  await world?.[Symbol.asyncDispose]();
});

async function servePage(): Promise<Server> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'libraries.page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  const script = outputFiles[0]?.text ?? '';
  const html = '<!doctype html><title>Libraries</title><body><script type="module" src="/page.js"></script>';
  const serving = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    response.end(isScript ? script : html);
  });
  serving.listen(0, '127.0.0.1');
  await once(serving, 'listening');
  return serving;
}

/** Says yes to everything that is asked, until the page has its result. */
async function agreeUntilDone(name: string): Promise<Record<string, string>> {
  const output = page.locator(`output#${name}`);
  for (let tries = 0; tries < 300; tries += 1) {
    const text = await output.innerText();
    if (text !== '') return JSON.parse(text);
    for (const window of person.browser.context.pages().filter((one) => one.url().includes('/approve'))) {
      const yes = window.locator('button[data-action="approve"]:not([aria-disabled="true"])');
      await yes.click({ timeout: 200 }).catch(() => undefined);
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`${name} did not end`);
}

for (const name of ['viem', 'ethers', 'wagmi2', 'wagmi3']) {
  test(`${name} connects, signs a message that verifies, and sends a transaction that is mined`, async () => {
    await windowFrom(page, () => click(page, name)).catch((error: Error) => assert.fail(error.message));
    const done = await agreeUntilDone(name);
    assert.equal(done.failed, undefined, done.failed);
    assert.equal(getAddress(done.address ?? ''), address);
    const signature = done.signature as Hex;
    assert.ok(await verifyMessage({ address: address as Hex, message: `by ${name}`, signature }));
    const chain = createPublicClient({ transport: http(world.devnet.urls.chain) });
    const mined = await chain.waitForTransactionReceipt({ hash: done.hash as Hex, pollingInterval: 50 });
    assert.deepEqual([mined.status, getAddress(mined.from)], ['success', address]);
    await person.closeWindows();
  });
}
