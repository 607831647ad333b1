import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { openWindow } from './popup.ts';
import type { Surface } from './surface.ts';
import { agreeable, alice, FakePage } from './testing.ts';

const wallet = {
  origin: 'https://wallet.example',
  appId: undefined,
  relayUrl: () => Promise.reject(new Error('no relay')),
};
const ask = (surface: Surface) =>
  surface.conversation.ask({
    method: 'eth_requestAccounts',
    params: [],
    chainId: '0x1',
    deadline: Date.now() + 60_000,
  });

function mockTime(t: TestContext): (ms: number) => void {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
  // In steps, since mocked timers that fire within one tick all see its end as the time.
  return (ms) => {
    for (let left = ms; left > 0; left -= 50) t.mock.timers.tick(Math.min(50, left));
  };
}

test('the window opens before openWindow returns, at /approve', () => {
  const page = new FakePage();
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  assert.equal(page.last.url, 'https://wallet.example/approve');
  page.last.close();
  surface.rest(false);
});

test('what is asked before the wallet is there is asked when it is', async (t) => {
  const tick = mockTime(t);
  const page = new FakePage(agreeable);
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  assert.deepEqual(await ask(surface), [alice]);
  surface.rest(false);
  tick(1000);
  assert.equal(page.last.closed, true, 'closed by the page that opened it, once all is answered');
});

test('a blocked window is said at once', () => {
  const page = new FakePage();
  page.blocked = true;
  assert.throws(() => openWindow(page.asPage(), wallet, null, () => {}), { code: -32002, reason: 'popup-blocked' });
});

test('a window that is closed before the answer is a rejection', async (t) => {
  const tick = mockTime(t);
  const page = new FakePage();
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  await turn();
  const asked = ask(surface);
  page.last.close();
  tick(250);
  await assert.rejects(asked, { code: 4001, reason: 'popup-closed' });
});

test('a handle that is dead before ready is given time: the window may be alive, and cut off', async (t) => {
  const tick = mockTime(t);
  const page = new FakePage(agreeable);
  page.loads = false;
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  const asked = ask(surface);
  page.last.closed = true;
  tick(1250);
  assert.equal(surface.conversation.ended, false);
  tick(1000);
  await assert.rejects(asked, { code: 4001, reason: 'popup-closed' });
});

test('a window that rests is used again, and not closed while something is asked', async (t) => {
  const tick = mockTime(t);
  const page = new FakePage(agreeable);
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  await ask(surface);
  surface.rest(false);
  tick(900);
  surface.wake();
  tick(5000);
  assert.deepEqual(await ask(surface), [alice]);
  assert.equal(page.last.closed, false);
  assert.equal(page.last.focused, 1);
  surface.rest(false);
  tick(1000);
});

test('a window in which the wallet says what went wrong is left to the person', async (t) => {
  const tick = mockTime(t);
  const page = new FakePage(agreeable);
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  await ask(surface);
  surface.rest(true);
  tick(60_000);
  assert.equal(page.last.closed, false);
  page.last.close();
  tick(250);
  assert.equal(surface.conversation.ended, true);
});

test('a window that says it goes is asked nothing more', async () => {
  const page = new FakePage(agreeable);
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  await ask(surface);
  page.last.port?.postMessage({ event: 'hide' });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await assert.rejects(ask(surface), { reason: 'popup-closed' });
  assert.equal(page.last.closed, true);
});

test('a second ready is another document: what was asked of the first is refused and not asked again', async (t) => {
  mockTime(t);
  const page = new FakePage();
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  await turn();
  const asked = ask(surface);
  page.last.ready();
  await assert.rejects(asked, { code: 4001, reason: 'reloaded' });
  assert.equal(page.last.closed, true);
});

test('nobody but the opened window at the exact origin of the wallet gets a port', async (t) => {
  mockTime(t);
  const page = new FakePage();
  page.loads = false;
  const surface = openWindow(page.asPage(), wallet, null, () => {});
  const { last } = page;
  const origins = fc.constantFrom(
    'https://wallet.example',
    'null',
    'https://wallet.example.evil',
    'http://wallet.example',
  );
  const sources = fc.constantFrom<unknown>(last, null, undefined, {}, globalThis);
  const words = fc.oneof(fc.constant({ symbolon: 1, what: 'ready' }), fc.anything());
  fc.assert(
    fc.property(words, origins, sources, (data, origin, source) => {
      const ready = JSON.stringify(data) === '{"symbolon":1,"what":"ready"}';
      fc.pre(!(ready && origin === wallet.origin && source === last));
      page.hear(data, origin, source);
      assert.equal(last.port, null);
    }),
    { seed: 1, numRuns: 300 },
  );
  last.ready();
  assert.notEqual(last.port, null);
  last.close();
  surface.rest(false);
});
