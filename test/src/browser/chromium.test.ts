import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startChromium } from '../support/chromium.ts';

test('the browser reaches names under .localhost and nothing outside this machine', async () => {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('here'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using browser = await startChromium();
  const page = await browser.open(`http://dapp.localhost:${port}`);
  assert.equal(await page.innerText('body'), 'here');
  assert.equal(await page.evaluate(() => isSecureContext), true);
  await assert.rejects(page.goto('http://example.com/'), /ERR_NAME_NOT_RESOLVED/);
  server.closeAllConnections();
  server.close();
});

test('two browsers share no storage', async () => {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('here'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://wallet.localhost:${(server.address() as AddressInfo).port}`;
  await using one = await startChromium();
  await using other = await startChromium();
  const read = () => localStorage.getItem('k');
  const mine = await one.open(url);
  await mine.evaluate(() => localStorage.setItem('k', 'mine'));
  assert.equal(await (await one.open(url)).evaluate(read), 'mine');
  assert.equal(await (await other.open(url)).evaluate(read), null);
  server.closeAllConnections();
  server.close();
});
