import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { embedDialog, noDialog } from './dialog.ts';
import type { Surface } from './surface.ts';
import { agreeable, alice, FakePage, open } from './testing.ts';

const wallet = {
  origin: 'https://wallet.example',
  appId: 'shop',
  relayUrl: () => Promise.reject(new Error('no relay')),
};
const ask = (surface: Surface) =>
  surface.conversation.ask({
    method: 'eth_requestAccounts',
    params: [],
    chainId: '0x1',
    deadline: Date.now() + 60_000,
  });

function embed(page: FakePage) {
  const surface = embedDialog(page.asPage(), wallet, 'shop', () => {});
  const [dialog] = page.body.children;
  if (dialog === undefined) throw new Error('nothing was embedded');
  return { surface, dialog };
}

/** Makes this a browser with Intersection Observer v2. */
function withObserver(): Disposable {
  const had = globalThis as Record<string, unknown>;
  class Entry {
    get isVisible(): boolean {
      return true;
    }
  }
  had['HTMLDialogElement'] = class {};
  had['IntersectionObserverEntry'] = Entry;
  return {
    [Symbol.dispose]() {
      delete had['HTMLDialogElement'];
      delete had['IntersectionObserverEntry'];
    },
  };
}

test('the dialog is embedded unseen, and seen and unseen as the wallet asks', async () => {
  const page = new FakePage();
  const { surface, dialog } = embed(page);
  await turn();
  assert.equal(page.last.url, 'https://wallet.example/dialog/shop');
  assert.equal(dialog.open, false);
  const asked = ask(surface);
  await new Promise((resolve) => setTimeout(resolve, 5));
  page.last.port?.postMessage({ event: 'show' });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(dialog.open, true);
  page.last.port?.postMessage({ id: page.last.requests[0]?.id, result: [alice] });
  page.last.port?.postMessage({ event: 'hide' });
  assert.deepEqual(await asked, [alice]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(dialog.open, false);
  assert.equal(dialog.isConnected, true, 'kept for the next request');
  dialog.dispatchEvent(new Event('cancel'));
});

test('Escape is a rejection, and takes the frame away with what it was asking', async () => {
  const page = new FakePage();
  const { surface, dialog } = embed(page);
  await turn();
  const asked = ask(surface);
  dialog.dispatchEvent(new Event('cancel', { cancelable: true }));
  await assert.rejects(asked, { code: 4001, reason: 'dialog-closed' });
  assert.equal(dialog.isConnected, false);
});

test('a dialog that the page threw out is not waited for', async () => {
  const page = new FakePage(agreeable);
  const { surface, dialog } = embed(page);
  assert.deepEqual(await ask(surface), [alice]);
  dialog.remove();
  surface.wake();
  assert.equal(surface.conversation.ended, true);
});

test('a dialog that may not be embedded here gives up soon after it has loaded', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const page = new FakePage();
  page.loads = false;
  const { surface, dialog } = embed(page);
  const asked = ask(surface);
  dialog.children[0]?.dispatchEvent(new Event('load'));
  t.mock.timers.tick(1499);
  assert.equal(surface.conversation.ended, false);
  t.mock.timers.tick(1);
  await assert.rejects(asked, noDialog);
});

test('with an appId, and where the browser can prove what is visible, the wallet is embedded; without, it is a window', async () => {
  using _ = withObserver();
  const urlOf = async (page: FakePage, appId?: string) => {
    const provider = open(page, { appId });
    await provider.request({ method: 'eth_requestAccounts' });
    const { url } = page.last;
    page.body.children[0]?.dispatchEvent(new Event('cancel'));
    return url;
  };
  assert.match(await urlOf(new FakePage(agreeable), 'shop'), /\/dialog\/shop$/);
  assert.match(await urlOf(new FakePage(agreeable)), /\/approve$/);
  const isolated = new FakePage(agreeable);
  isolated.crossOriginIsolated = true;
  assert.match(await urlOf(isolated, 'shop'), /\/approve$/);
});

test('where the dialog never comes, the same request is asked in a window, and so is every later one', async (t) => {
  using _ = withObserver();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const page = new FakePage(agreeable);
  page.loads = false;
  const provider = open(page, { appId: 'shop' });
  const asked = provider.request({ method: 'eth_requestAccounts' });
  await turn();
  page.loads = true;
  t.mock.timers.tick(4000);
  assert.deepEqual(await asked, [alice]);
  await provider.request({ method: 'personal_sign', params: ['a', alice] });
  assert.deepEqual(
    page.windows.map(({ url }) => new URL(url).pathname),
    ['/dialog/shop', '/approve'],
  );
  page.last.close();
});
