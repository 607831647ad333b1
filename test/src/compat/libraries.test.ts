import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Address, createPublicClient, getAddress, type Hex, http, verifyMessage, verifyTypedData } from 'viem';
import { bootCompatWorld, type CompatWorld, otherChain } from './compatWorld.ts';
import type { Dapp } from './dapp.ts';
import { amount, greeting, order, recipient } from './pages/order.ts';
import { keepScreensOfFailures } from './screens.ts';
import { bundlePage, type SiteFile } from './site.ts';

// dApps made with the libraries that dApps are made with, each bundled as a dApp's build would, at an origin of its own.
let compat: CompatWorld;
before(async () => {
  compat = await bootCompatWorld();
});
after(async () => compat?.[Symbol.asyncDispose]());
keepScreensOfFailures(() => compat?.person);

async function openLibrary(page: string): Promise<Dapp> {
  const { chains, world } = compat;
  const data = `data-wallet="${world.wallet}" data-local="${chains.local}" data-other="${chains.other}"`;
  const html = `<!doctype html><html lang="en" ${data}><title>${page}</title><body><script src="/page.js"></script>`;
  const files: Record<string, SiteFile> = {
    '/': { type: 'text/html; charset=utf-8', body: html },
    '/page.js': { type: 'text/javascript; charset=utf-8', body: await bundlePage(page) },
  };
  return compat.open(page, (path) => files[path] ?? null);
}

const libraries = {
  wagmi2: 'wagmi core 2',
  wagmi3: 'wagmi core 3',
  viem: 'viem',
  ethers: 'ethers’ BrowserProvider',
  react: 'the React hooks',
};

for (const [page, name] of Object.entries(libraries)) {
  describe(name, () => {
    let dapp: Dapp;
    before(async () => {
      dapp = await openLibrary(page);
    });
    after(() => dapp?.page.close());
    /** Waits until the page says that this is who is connected, and where. */
    const stands = (address: Address | null, chainId: number) =>
      dapp.page.waitForFunction(
        ([who, where]) => {
          const state = JSON.parse(document.querySelector('output')?.textContent ?? '{}');
          return (state.address?.toLowerCase() ?? null) === who && (who === null || state.chainId === where);
        },
        [address?.toLowerCase() ?? null, chainId] as const,
        { timeout: 20_000 },
      );

    test('connects: one question, and the person’s address', async () => {
      const asked = await dapp.ask('#connect', 'connect');
      assert.match(asked.sentence, new RegExp(`^Connect to ${page}\\.localhost:\\d+\\?$`));
      const { error } = await asked.approve();
      assert.equal(error, undefined);
      await stands(compat.address, 31_337);
    });

    test('signs a message; a rejection reaches the dApp as 4001', async () => {
      const rejected = await (await dapp.ask('#signMessage', 'signMessage')).reject();
      assert.equal(rejected.error?.code, 4001, JSON.stringify(rejected));
      const asked = await dapp.ask('#signMessage', 'signMessage');
      assert.ok(asked.text.includes(greeting.replaceAll(' ', '')));
      const { result } = await asked.approve();
      assert.ok(await verifyMessage({ address: compat.address, message: greeting, signature: result as Hex }));
    });

    test('signs typed data', async () => {
      const asked = await dapp.ask('#signTypedData', 'signTypedData');
      assert.equal(asked.sentence, 'Sign “Order” for Corner shop');
      const { result } = await asked.approve();
      assert.ok(await verifyTypedData({ ...order, address: compat.address, signature: result as Hex }));
    });

    test('sends a transfer, which is mined', async () => {
      const asked = await dapp.ask('#send', 'send');
      assert.equal(asked.sentence, `Send 0.01 ETH to ${recipient}`);
      const { result, error } = await asked.approve();
      assert.equal(error, undefined);
      const chain = createPublicClient({ transport: http(compat.chains.local), pollingInterval: 50 });
      const hash = result as Hex;
      const { status, from } = await chain.waitForTransactionReceipt({ hash, timeout: 10_000 });
      assert.deepEqual([status, getAddress(from)], ['success', compat.address]);
      assert.equal((await chain.getTransaction({ hash })).value, amount);
    });

    test('switches the chain, and after a reload is connected there as before, with nobody asked', async () => {
      const asked = await dapp.ask('#switchChain', 'switchChain');
      assert.equal(asked.sentence, 'Switch to Other chain?');
      const { error } = await asked.approve();
      assert.equal(error, undefined);
      await stands(compat.address, otherChain.id);

      const pages = compat.person.browser.context.pages().length;
      await dapp.page.reload();
      await stands(compat.address, otherChain.id);
      assert.equal(compat.person.browser.context.pages().length, pages);
    });

    test('disconnects, and stays so after a reload', async () => {
      const { error } = await dapp.told('#disconnect', 'disconnect');
      assert.equal(error, undefined);
      await stands(null, 0);
      await dapp.page.reload();
      await stands(null, 0);
    });
  });
}
