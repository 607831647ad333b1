import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { registerApp } from '@symbolon/devnet';
import type { Page } from 'playwright-core';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { click, openSection, Person, windowFrom } from './person.ts';

// A dApp that means harm. It has an origin and a page of its own, a person who clicks, and a wallet that knows another dApp.
let world: BrowserWorld;
let person: Person;
let honest: Page;
let evil: Page;

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  await person.account();
  honest = await person.connect(await world.site('honest', { name: 'Honest', embeds: false }));
  evil = await person.browser.open(await world.site('evil', { name: null }));
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

interface Raw {
  answers: unknown[];
  port: MessagePort | null;
  window: Window | null;
}
declare global {
  var raw: Raw;
}

/** Opens the wallet in a click of a page that speaks the protocol by hand; every answer is kept in `raw.answers`. */
async function openByHand(page: Page, hello: object = { symbolon: 1, what: 'open' }): Promise<Page> {
  await page.evaluate(
    ([wallet, open]) => {
      globalThis.raw = { answers: [], port: null, window: null };
      addEventListener('message', (event) => {
        if (event.source !== raw.window || event.data?.what !== 'ready' || raw.port !== null) return;
        const { port1, port2 } = new MessageChannel();
        raw.port = port1;
        port1.onmessage = ({ data }) => raw.answers.push(data);
        raw.window?.postMessage(open, wallet, [port2]);
      });
      document.addEventListener('click', () => (raw.window = window.open(`${wallet}/approve`)), { once: true });
    },
    [world.wallet, hello] as const,
  );
  const surface = await windowFrom(page, () => page.locator('h1').click());
  await page.waitForFunction(() => raw.port !== null);
  return surface;
}

const say = (page: Page, messages: unknown[]): Promise<void> =>
  page.evaluate((all) => {
    for (const message of all) raw.port?.postMessage(message);
  }, messages);

/** What was answered by the time that `count` answers came, or none came for a second and a half. */
async function answersTo(
  page: Page,
  count: number,
): Promise<{ id?: string; error?: { code: number }; result?: unknown }[]> {
  await page
    .waitForFunction((wanted) => raw.answers.filter((one) => 'id' in (one as object)).length >= wanted, count, {
      timeout: 5_000,
    })
    .catch(() => undefined);
  await page.waitForTimeout(1_500);
  return page.evaluate(() => raw.answers.filter((one) => 'id' in (one as object))) as never;
}

const request = (id: string, method: string, params: unknown = []) => ({
  id,
  method,
  params,
  chainId: '0x7a69',
  deadline: Date.now() + 60_000,
});

/** The window has closed, or nothing stands in it that a person could agree to. */
async function asksNothing(window: Page): Promise<void> {
  // It closes by itself where it has nothing to ask.
  if (window.isClosed()) return;
  for (const name of ['Sign', 'Approve', 'Connect']) {
    assert.equal(await window.getByRole('button', { name, exact: true }).count(), 0, name);
  }
}

test('none of the wallet’s pages can be framed by a site that is not registered', async () => {
  for (const path of ['/', '/approve', '/callback', '/dialog/honest', '/dialog/nobody']) {
    await evil.evaluate((url) => {
      const iframe = document.createElement('iframe');
      iframe.src = url;
      document.body.append(iframe);
    }, `${world.wallet}${path}`);
    const refused = () => evil.frames().some((frame) => frame.url().startsWith('chrome-error:'));
    for (let tries = 0; tries < 100 && !refused(); tries += 1) await evil.waitForTimeout(50);
    assert.ok(refused(), path);
    await evil.evaluate(() => document.querySelector('iframe')?.remove());
  }
});

test('a site that was never connected learns no address and gets no question, whatever it asks', async () => {
  const window = await openByHand(evil);
  const asks = ['personal_sign', 'eth_signTypedData_v4', 'eth_sendTransaction', 'wallet_sendCalls', 'eth_accounts'];
  await say(
    evil,
    asks.map((method, index) => request(`q${index}`, method, ['0x68690000', `0x${'11'.repeat(20)}`])),
  );
  const answers = await answersTo(evil, asks.length);
  assert.equal(answers.length, asks.length, JSON.stringify(answers));
  for (const { id, error, result } of answers) {
    if (id === 'q4') assert.deepEqual(result, []);
    else assert.ok(error?.code === 4100 || error?.code === -32602, JSON.stringify(error));
  }
  await asksNothing(window);
  await window.close().catch(() => undefined);
});

test('naming another app’s id does not make it that app', async () => {
  const window = await openByHand(evil, { symbolon: 1, what: 'open', appId: 'honest' });
  await say(evil, [request('a', 'eth_accounts')]);
  assert.deepEqual((await answersTo(evil, 1))[0]?.result, []);
  await window.close().catch(() => undefined);
});

test('a page without an origin is served nothing', async () => {
  const opened = person.browser.context.waitForEvent('page');
  await evil.evaluate((wallet) => {
    const iframe = document.createElement('iframe');
    iframe.sandbox.add('allow-scripts', 'allow-popups', 'allow-popups-to-escape-sandbox');
    iframe.srcdoc = `<button style="width:100%;height:200px">Kitten</button><script>
      let opened;
      onmessage = (event) => { if (event.source === opened) { document.body.dataset.ready = 'yes'; const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { document.body.dataset.answered = 'yes'; };
        opened.postMessage({ symbolon: 1, what: 'open' }, '*', [port2]);
        port1.postMessage({ id: 'a', method: 'eth_accounts', params: [], chainId: '0x7a69', deadline: ${Date.now() + 60_000} }); } };
      onclick = () => { opened = open('${wallet}/approve'); };
    </script>`;
    document.body.prepend(iframe);
  }, world.wallet);
  const frame = evil.frameLocator('iframe');
  await frame.getByRole('button', { name: 'Kitten' }).click();
  const window = await opened;
  await window.waitForTimeout(2_500);
  await asksNothing(window);
  assert.equal(await frame.locator('body').getAttribute('data-ready'), 'yes', 'the control: the two did meet');
  assert.equal(await frame.locator('body').getAttribute('data-answered'), null);
  await window.close().catch(() => undefined);
  await evil.evaluate(() => document.querySelector('iframe')?.remove());
});

test('of replayed, reordered, giant and malformed messages each gets at most one answer, and none a question', async () => {
  const window = await openByHand(evil);
  const twice = request('twice', 'eth_accounts');
  await say(evil, [
    twice,
    twice,
    { ...twice },
    request('giant', 'personal_sign', ['0x'.padEnd(400_000, 'a')]),
    request('unknown', 'eth_sign'),
    { id: 'bare' },
    { ...request('extra', 'eth_accounts'), extra: 1 },
    { ...request('late', 'eth_accounts'), deadline: 1 },
    { ...request('x'.repeat(65), 'eth_accounts') },
    null,
    7,
    'eth_accounts',
    [],
    request('last', 'eth_accounts'),
  ]);
  const answers = await answersTo(evil, 2);
  const ids = answers.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, `one answer each: ${ids}`);
  for (const { id, result } of answers) if (result !== undefined) assert.ok(id === 'twice' || id === 'last', id);
  await asksNothing(window);
  await window.close().catch(() => undefined);
});

test('parameters that reach for prototypes change nothing', async () => {
  const window = await openByHand(honest);
  await honest.evaluate(
    (message) => {
      const params = JSON.parse('[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]');
      raw.port?.postMessage({ ...message, params });
    },
    request('p', 'eth_sendTransaction'),
  );
  const [answer] = await answersTo(honest, 1);
  assert.ok(answer?.error?.code === -32602 || answer?.error?.code === -32600, JSON.stringify(answer));
  assert.equal(await window.evaluate(() => 'polluted' in {}), false);
  await window.close().catch(() => undefined);
});

test('scripts in names, messages, typed data and sign-ins are shown as text and never run', async () => {
  const payload = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script>';
  const origin = new URL(honest.url()).origin;
  const app = { id: 'honest', name: '<b onclick=alert(1)>Honest</b>', icon: null, origins: [origin], chains: [] };
  await registerApp(world.devnet.home, world.devnet.deployment, app);
  const [address] = (await honest.locator('[data-show="address"]').innerText()).split('\n');
  const hex = `0x${Buffer.from(payload).toString('hex')}`;
  const typed = {
    types: { EIP712Domain: [{ name: 'name', type: 'string' }], [`T`]: [{ name: 'text', type: 'string' }] },
    primaryType: 'T',
    domain: { name: payload },
    message: { text: payload },
  };
  for (const ask of [
    request('m', 'personal_sign', [hex, address]),
    request('t', 'eth_signTypedData_v4', [address, JSON.stringify(typed)]),
  ]) {
    const window = await openByHand(honest);
    await say(honest, [ask]);
    await window.getByText('onerror=').first().waitFor();
    assert.equal(await window.evaluate(() => 'pwned' in globalThis), false);
    assert.equal(await window.locator('img[src="x"]').count(), 0);
    assert.ok((await window.innerText('body')).includes('<b onclick=alert(1)>'), 'the name stands as it is');
    await click(window, 'Reject');
    await honest.waitForFunction(() => raw.answers.some((one) => 'id' in (one as object)));
    await window.close().catch(() => undefined);
  }
});

test('the opener reads nothing of the wallet’s window: no document, storage, cookie, cache or address', async () => {
  const window = await openByHand(evil);
  const reached = await evil.evaluate(() => {
    const tries: Record<string, (opened: Window) => unknown> = {
      document: (opened) => opened.document,
      storage: (opened) => opened.localStorage,
      databases: (opened) => opened.indexedDB,
      caches: (opened) => opened.caches,
      href: (opened) => opened.location.href,
      fetch: (opened) => opened.fetch,
    };
    return Object.entries(tries).flatMap(([name, attempt]) => {
      try {
        return attempt(raw.window as Window) === undefined ? [] : [name];
      } catch {
        return [];
      }
    });
  });
  assert.deepEqual(reached, []);
  assert.deepEqual(await evil.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]), [
    '',
    0,
    0,
  ]);
  const cookies = await person.browser.context.cookies(world.wallet);
  assert.deepEqual(cookies, [], 'the wallet’s origin has no cookie at all');
  await window.close().catch(() => undefined);
});

test('a dApp that patches its own fetch, crypto and postMessage changes no byte of what the person is shown', async () => {
  await honest.evaluate(() => {
    globalThis.fetch = () => Promise.reject(new Error('patched'));
    crypto.getRandomValues = ((array: Uint8Array) => array.fill(7)) as never;
    const original = MessagePort.prototype.postMessage;
    MessagePort.prototype.postMessage = function patched(message: { params?: unknown[] }, ...rest: never[]) {
      // It swaps the message under its own request: what it asks is what is shown, and nothing else.
      if (Array.isArray(message.params)) message.params[0] = '0x53776170706564';
      return original.call(this, message, ...rest);
    };
  });
  const window = await windowFrom(honest, () => click(honest, 'Sign a message'));
  await window.getByText('Swapped').first().waitFor();
  await click(window, 'Reject');
  await honest.getByText(/4001/).first().waitFor();
  await honest.reload();
});

test('after all of it the person’s activity shows only what they themselves refused', async () => {
  const page = await person.browser.open(world.wallet);
  await openSection(page, 'Activity');
  const text = await page.innerText('main');
  assert.match(text, /Rejected/);
  assert.doesNotMatch(text, /Signed|Sent/);
});
