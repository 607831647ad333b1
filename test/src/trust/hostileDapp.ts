import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { windowFrom } from '../browser/person.ts';
import type { Chromium } from '../support/chromium.ts';

/** What a dApp asks for that nobody agreed to, and that would be worth something to it: well formed, each. */
const asking = (from: string): [method: string, params: unknown[]][] => {
  const types = { EIP712Domain: [{ name: 'name', type: 'string' }], Note: [{ name: 'text', type: 'string' }] };
  const note = { types, primaryType: 'Note', domain: { name: 'Kittens' }, message: { text: 'all of it' } };
  const call = { to: from, value: '0x1', data: '0x' };
  return [
    ['personal_sign', ['0x6869', from]],
    ['eth_signTypedData_v4', [from, JSON.stringify(note)]],
    ['eth_sendTransaction', [{ from, ...call }]],
    ['wallet_sendCalls', [{ version: '2.0.0', chainId: '0x7a69', from, atomicRequired: false, calls: [call] }]],
    ['eth_sign', [from, '0x6869']],
  ];
};

interface Answer {
  id: string;
  result?: unknown;
  error?: { code: number };
}

declare global {
  var kittens: { answers: Answer[]; port: MessagePort | null; wallet: Window | null };
}

/**
 * A dApp on an origin of its own, in the browser of somebody with a wallet: it opens the wallet's window, speaks its protocol by
 * hand, and asks; the person agrees to nothing. @returns what it was answered, one for each method
 */
export async function askUnapproved(browser: Chromium, wallet: string, address: string): Promise<Answer[]> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Kittens</h1>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const page = await browser.open(`http://kittens.localhost:${(server.address() as AddressInfo).port}`);
  try {
    await page.evaluate((url) => {
      globalThis.kittens = { answers: [], port: null, wallet: null };
      addEventListener('message', ({ source, data }) => {
        if (source !== kittens.wallet || data?.what !== 'ready' || kittens.port !== null) return;
        const { port1, port2 } = new MessageChannel();
        kittens.port = port1;
        port1.onmessage = (message) => 'id' in message.data && kittens.answers.push(message.data);
        kittens.wallet?.postMessage({ symbolon: 1, what: 'open' }, url, [port2]);
      });
      document.addEventListener('click', () => (kittens.wallet = window.open(`${url}/approve`)), { once: true });
    }, wallet);
    const surface = await windowFrom(page, () => page.locator('h1').click());
    await page.waitForFunction(() => kittens.port !== null);
    const asked = asking(address);
    await page.evaluate((all) => {
      for (const [id, params] of all) {
        const deadline = Date.now() + 60_000;
        kittens.port?.postMessage({ id, method: id, params, chainId: '0x7a69', deadline });
      }
    }, asked);
    await page.waitForFunction((count) => kittens.answers.length >= count, asked.length);
    await surface.close().catch(() => undefined);
    return await page.evaluate(() => kittens.answers);
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
}
