import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join, normalize } from 'node:path';
import { after, before, test } from 'node:test';
import { registerApp, rpc } from '@symbolon/devnet';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { Person } from './person.ts';

// MetaMask's test dApp as npm has it. One script stands before its own: it announces Symbolon where an extension would be.
const dist = join(dirname(createRequire(import.meta.url).resolve('@metamask/test-dapp/package.json')), 'dist');
let world: BrowserWorld;
let person: Person;
let server: Server;
let dapp: Page;
let address: string;

before(async () => {
  world = await bootBrowserWorld();
  server = await serveDapp();
  const origin = `http://metamask.localhost:${(server.address() as AddressInfo).port}`;
  const app = { id: 'metamask', name: 'Test dApp', icon: null, origins: [origin], chains: [] };
  await registerApp(world.devnet.home, world.devnet.deployment, app);
  person = await Person.arrive(world);
  ({ address } = await person.account());
  await rpc(world.devnet.urls.chain, 'anvil_setBalance', [address, '0x8ac7230489e80000']);
  dapp = await person.browser.open(origin);
  await dapp.getByRole('button', { name: 'Use Symbolon' }).click();
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  server?.closeAllConnections();
  server?.close();
  await world?.[Symbol.asyncDispose]();
});

const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

async function serveDapp(): Promise<Server> {
  const entry = join(import.meta.dirname, 'metamask.page.ts');
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm' });
  const shim = `<head><script type="module" src="/shim.js?wallet=${world.wallet}"></script>`;
  const serving = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://dapp').pathname);
    response.setHeader('content-type', types[extname(path)] ?? 'text/html; charset=utf-8');
    if (path === '/shim.js') return void response.end(outputFiles[0]?.text);
    if (path === '/') return void response.end(read('index.html').toString('utf8').replace('<head>', shim));
    try {
      response.end(read(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  serving.listen(0, '127.0.0.1');
  await once(serving, 'listening');
  return serving;
}

const read = (path: string): Buffer => readFileSync(join(dist, path));

/**
 * Clicks a button of the test dApp and says yes or no in the wallet until `ended`; what needs a tick is ticked only for yes.
 */
async function drive(button: string, decision: 'approve' | 'reject', ended: () => Promise<boolean>): Promise<void> {
  await dapp.locator(`#${button}`).click();
  for (let tries = 0; tries < 200; tries += 1) {
    if (await ended()) return person.closeWindows();
    for (const window of person.browser.context.pages().filter((one) => one.url().includes('/approve'))) {
      const tick = window.locator('[data-action="acknowledge"]:not(:checked)');
      if (decision === 'approve')
        await tick
          .first()
          .check({ timeout: 150 })
          .catch(() => undefined);
      const act = window.locator(`button[data-action="${decision}"]:not([aria-disabled="true"])`);
      await act.click({ timeout: 150 }).catch(() => undefined);
    }
    await dapp.waitForTimeout(100);
  }
  for (const screen of await person.screens()) console.error(screen.slice(0, 600));
  throw new Error(`${button} did not end`);
}

const textOf = async (id: string): Promise<string> => (await dapp.locator(`#${id}`).innerText()).trim();
const says = (id: string, form: RegExp) => async () => form.test(await textOf(id));

test('it connects, and shows the address', async () => {
  await drive('connectButton', 'approve', says('accounts', /0x[0-9a-f]{40}/i));
  assert.equal((await textOf('accounts')).toLowerCase(), address.toLowerCase());
});

test('personal_sign and typed data v4 give signatures that the dApp itself verifies', async () => {
  await drive('personalSign', 'approve', says('personalSignResult', /^0x[0-9a-f]{130}$/));
  await dapp.locator('#personalSignVerify').click();
  await dapp.waitForFunction(
    (who) => document.getElementById('personalSignVerifySigUtilResult')?.textContent?.toLowerCase().includes(who),
    address.toLowerCase(),
  );
  await drive('signTypedDataV4', 'approve', says('signTypedDataV4Result', /^0x[0-9a-f]{130}$/));
  await dapp.locator('#signTypedDataV4Verify').click();
  await dapp.waitForFunction(
    (who) => document.getElementById('signTypedDataV4VerifyResult')?.textContent?.toLowerCase().includes(who),
    address.toLowerCase(),
  );
});

test('a good sign-in is signed; one of a bad domain is warned of, and refused it ends as a refusal', async () => {
  await drive('siwe', 'approve', says('siweResult', /^0x[0-9a-f]{130}$/));
  await drive('siweBadDomain', 'reject', says('siweResult', /reject|refus|declin|error/i));
});

test('malformed typed data is refused with an error, and nothing of it is signed', async () => {
  for (const name of ['signInvalidType', 'signInvalidPrimaryType', 'signNoPrimaryTypeDefined']) {
    await dapp.locator('#signMalformedResult').evaluate((element) => element.replaceChildren());
    await drive(name, 'reject', says('signMalformedResult', /\S/));
    assert.doesNotMatch(await textOf('signMalformedResult'), /0x[0-9a-f]{130}/, name);
  }
});
