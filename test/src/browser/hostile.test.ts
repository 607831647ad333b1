import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { answerOf, answersInAll, openByHand, request, say } from './hand.ts';
import { addressOn, answerTo, click, openSection, Person, windowFrom } from './person.ts';
import { Watch } from './watch.ts';

// A dApp that means harm, by what it does with windows, frames and origins. Another one is connected already.
let world: BrowserWorld;
let person: Person;
let watch: Watch;
let home: Page;
let honest: Page;
let evil: Page;
let address: string;

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  // Every message that reaches a page of the wallet, so that a test knows that it did.
  await person.browser.context.addInitScript(() => {
    globalThis.heard = [];
    addEventListener('message', ({ origin }) => globalThis.heard.push(origin));
  });
  ({ page: home } = await person.account());
  honest = await person.connect(await world.site('honest', { name: 'Honest' }));
  address = await addressOn(honest);
  evil = await person.browser.open(await world.site('evil', { name: null }));
  watch = await Watch.over(world, person);
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});
// What a failed test left open must not answer for the next.
beforeEach(() => person.closeWindows());

declare global {
  var heard: string[];
}

const hi = '0x6869';

/** A page of the wallet that was never asked anything a person could agree to. */
async function asksNothing(window: Page): Promise<void> {
  assert.equal(await window.locator('[data-action="approve"], [data-action="continue"]').count(), 0);
}

test('none of the wallet’s pages can be framed by a site that is not registered', async () => {
  const paths = ['/', '/approve', '/callback', '/dialog/honest', '/dialog/evil', '/assets/', '/config.json'];
  await watch.nothingHappens(async () => {
    await evil.evaluate(
      ([wallet, all]) => {
        for (const path of all) {
          const iframe = document.createElement('iframe');
          iframe.src = wallet + path;
          document.body.append(iframe);
        }
      },
      [world.wallet, paths] as const,
    );
    const frames = () => evil.frames().filter((frame) => frame.parentFrame() !== null);
    await until(() => frames().length === paths.length);
    await until(() => frames().every((frame) => frame.url().startsWith('chrome-error:')));
  });
  await evil.reload();
});

test('origins that look like a connected one, or are of its family, are others: no address, no question', async () => {
  const { port } = new URL(honest.url());
  const hosts = [
    'sub.honest.localhost',
    'honest.localhost.evil.localhost',
    'xn--honst-esa.localhost',
    'localhost',
    '127.0.0.1',
  ];
  const sites = hosts.map((host) => `http://${host}:${port}`);
  sites.push(new URL(evil.url()).origin.replace('evil', 'honest'));
  for (const origin of sites) {
    const page = await person.browser.open(origin);
    await watch.nothingHappens(async () => {
      const window = await openByHand(page, world.wallet, { symbolon: 1, what: 'open', appId: 'honest' });
      await say(page, [request('a', 'personal_sign', [hi, address]), request('b', 'eth_accounts')]);
      const answers = await answersInAll(page, window);
      assert.equal(answers.find(({ id }) => id === 'a')?.error?.code, 4100, origin);
      assert.deepEqual(answers.find(({ id }) => id === 'b')?.result, [], origin);
    });
    await page.close();
  }
});

test('a look-alike that asks to connect is shown as what it is: not known, and its letters in code', async () => {
  const { port } = new URL(honest.url());
  const page = await person.browser.open(`http://xn--honst-esa.localhost:${port}`);
  await watch.nothingHappens(async () => {
    const window = await windowFrom(page, () => click(page, 'Connect'));
    await window.getByText('Not known to this wallet').waitFor();
    const text = await window.innerText('body');
    assert.ok(text.includes('xn--honst-esa.localhost') && !text.includes('Honest'), text);
    await answerTo(page, () => window.close());
  });
  await page.close();
});

for (const [kind, source] of [
  ['sandboxed', 'srcdoc'],
  ['of data:', 'src'],
] as const) {
  test(`a page without an origin (${kind}) is served nothing`, async () => {
    await watch.nothingHappens(async () => {
      const opened = person.browser.context.waitForEvent('page');
      await evil.evaluate(
        ([wallet, where, deadline]) => {
          const html = `<button style="width:100%;height:200px">Kitten</button><script>
            let opened;
            onmessage = (event) => { if (event.source === opened) { const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => { document.body.dataset.answered = 'yes'; };
              opened.postMessage({ symbolon: 1, what: 'open' }, '*', [port2]);
              port1.postMessage({ id: 'a', method: 'eth_accounts', params: [], chainId: '0x7a69', deadline: ${deadline} }); } };
            onclick = () => { opened = open('${wallet}/approve'); };
          </script>`;
          const iframe = document.createElement('iframe');
          if (where === 'srcdoc') {
            iframe.sandbox.add('allow-scripts', 'allow-popups', 'allow-popups-to-escape-sandbox');
            iframe.srcdoc = html;
          } else iframe.src = `data:text/html,${encodeURIComponent(html)}`;
          document.body.prepend(iframe);
        },
        [world.wallet, source, Date.now() + 60_000] as const,
      );
      const frame = evil.frameLocator('iframe');
      await frame.getByRole('button', { name: 'Kitten' }).click();
      const window = await opened;
      await window.waitForFunction(() => globalThis.heard.includes('null'));
      // It was heard; an answer would be there in less than this.
      await window.waitForTimeout(1_000);
      await asksNothing(window);
      assert.equal(await frame.locator('body').getAttribute('data-answered'), null);
      await window.close();
    });
    await evil.reload();
  });
}

test('a message of another window than the opener is not heard, whatever its origin', async () => {
  await watch.nothingHappens(async () => {
    await evil.evaluate(
      ([wallet, ask]) => {
        globalThis.raw = { answers: [], port: null, window: null };
        const iframe = document.createElement('iframe');
        // Of the same origin as the opener, and another window.
        iframe.srcdoc = '<p>frame</p>';
        document.body.append(iframe);
        addEventListener('message', ({ source, data }) => {
          if (source !== raw.window || data?.what !== 'ready') return;
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = (event) => raw.answers.push(event.data);
          const script = iframe.contentDocument?.createElement('script');
          if (script === undefined) return;
          Object.assign(iframe.contentWindow as object, { wallet: raw.window, port: port2 });
          script.textContent = `wallet.postMessage({ symbolon: 1, what: 'open' }, '*', [port])`;
          iframe.contentDocument?.body.append(script);
          port1.postMessage(ask);
        });
        document.addEventListener('click', () => (raw.window = window.open(`${wallet}/approve`)), { once: true });
      },
      [world.wallet, request('a', 'eth_accounts')] as const,
    );
    const window = await windowFrom(evil, () => evil.locator('h1').click());
    await window.waitForFunction(() => globalThis.heard.length > 0);
    await window.waitForTimeout(1_000);
    await asksNothing(window);
    assert.deepEqual(await evil.evaluate(() => raw.answers), []);
    await window.close();
  });
  await evil.reload();
});

test('who opened the connected site has no way to the wallet’s window that it opened', async () => {
  await watch.nothingHappens(async () => {
    await evil.evaluate((url) => {
      document.addEventListener('click', () => (raw.window = window.open(url)), { once: true });
      globalThis.raw = { answers: [], port: null, window: null };
      addEventListener('message', ({ data }) => raw.answers.push(data));
    }, honest.url());
    const victim = await windowFrom(evil, () => evil.locator('h1').click());
    const window = await windowFrom(victim, () => click(victim, 'Sign a message'));
    await window.getByRole('button', { name: 'Sign', exact: true }).waitFor();
    // Through every name and frame by which a window is found: there is none for it.
    const found = await evil.evaluate(() => {
      const names = ['symbolon', 'wallet', 'approve', '_symbolon'];
      return [raw.window?.frames.length, ...names.map((name) => Reflect.has(window, name))];
    });
    assert.deepEqual(found, [0, false, false, false, false]);
    // It sends the connected site elsewhere in the middle of the request, to a page of its own.
    await evil.evaluate((to) => raw.window?.location.replace(to), `${new URL(evil.url()).origin}/?landed`);
    await victim.waitForURL(/landed/);
    await until(async () => window.isClosed() || (await window.innerText('body').catch(() => '')) !== '');
    // Its window may still ask, in the connected site's name; the page that is there now gets nothing of the answer.
    assert.deepEqual(await victim.evaluate(() => globalThis.heard), []);
    if (!window.isClosed()) assert.ok((await window.innerText('body')).includes(new URL(honest.url()).origin));
    assert.deepEqual(await evil.evaluate(() => raw.answers.filter((one) => 'id' in one)), []);
    await window.close().catch(() => undefined);
    await victim.close();
  });
  await evil.reload();
});

test('an opener that sends the wallet’s window elsewhere while it asks has a refusal, and the stand-in knows nothing', async () => {
  await watch.nothingHappens(async () => {
    const window = await openByHand(honest, world.wallet);
    await say(honest, [request('asked', 'personal_sign', [hi, address])]);
    await window.getByRole('button', { name: 'Sign', exact: true }).waitFor();
    await honest.evaluate(
      (to) => {
        if (raw.window !== null) raw.window.location.href = to;
      },
      `${new URL(evil.url()).origin}/?stand-in`,
    );
    await window.waitForURL(/stand-in/);
    assert.equal((await answerOf(honest, 'asked')).error?.code, 4001);
    const reached = await window.evaluate(() =>
      JSON.stringify([history.state, name, document.referrer, location.hash]),
    );
    assert.doesNotMatch(reached, /wallet|0x/);
    await window.close();
  });
  await honest.reload();
});

test('sent back to the wallet after that, the window asks nothing in the old request’s name', async () => {
  await watch.nothingHappens(async () => {
    const window = await openByHand(honest, world.wallet);
    await say(honest, [request('asked', 'personal_sign', [hi, address])]);
    await window.getByRole('button', { name: 'Sign', exact: true }).waitFor();
    await window.reload();
    await window.waitForFunction(() => document.querySelector('h1') !== null);
    await asksNothing(window);
    assert.equal((await answerOf(honest, 'asked')).error?.code, 4001);
    await window.close();
  });
  await honest.reload();
});

test('the account page cuts off whoever opens it, and a callback that nobody began signs nobody in or out', async () => {
  const callback = `${world.wallet}/callback?code=evil&state=${'e'.repeat(43)}`;
  for (const url of [`${world.wallet}/`, callback, `${world.wallet}/?then=close&issuer=https://evil.example`]) {
    await watch.nothingHappens(async () => {
      await evil.evaluate((to) => {
        globalThis.raw = { answers: [], port: null, window: null };
        document.addEventListener('click', () => (raw.window = window.open(to)), { once: true });
      }, url);
      const [opened] = await Promise.all([person.browser.context.waitForEvent('page'), evil.locator('h1').click()]);
      await opened.waitForFunction(() => document.querySelector('h1') !== null);
      assert.equal(await opened.evaluate('opener'), null);
      await evil.waitForFunction(() => raw.window?.closed === true);
      assert.equal(new URL(opened.url()).origin, world.wallet);
      await opened.close();
    });
  }
  await home.reload();
  assert.equal((await addressOn(home)).toLowerCase(), address, 'the person is still who they were');
});

test('the opener reads nothing of the wallet’s window: no document, storage, cookie, cache or address', async () => {
  const window = await openByHand(evil, world.wallet);
  const reached = await evil.evaluate(() => {
    const tries: Record<string, (opened: Window) => unknown> = {
      document: (opened) => opened.document,
      storage: (opened) => opened.localStorage,
      databases: (opened) => opened.indexedDB,
      caches: (opened) => opened.caches,
      worker: (opened) => opened.navigator,
      href: (opened) => opened.location.href,
      name: (opened) => opened.name,
      history: (opened) => opened.history.length,
      frames: (opened) => opened.frames[0],
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
  await window.close();
});

test('a dApp’s own storage, cookies and caches hold nothing of the wallet, nor can it fetch what lies there', async () => {
  const [databases, cacheNames, cookie] = await evil.evaluate(async () => [
    await indexedDB.databases(),
    await caches.keys(),
    document.cookie,
  ]);
  assert.deepEqual([databases, cacheNames, cookie], [[], [], '']);
  const readable = await evil.evaluate(async (wallet) => {
    const paths = ['/', '/approve', '/config.json', '/release.json', '/sw.js', '/chains.json'];
    const tries = paths.map((path) =>
      fetch(wallet + path).then(
        () => [path],
        () => [],
      ),
    );
    return (await Promise.all(tries)).flat();
  }, world.wallet);
  assert.deepEqual(readable, ['/chains.json'], 'that one is for everybody');
  assert.deepEqual(await person.browser.context.cookies(world.wallet), [], 'the wallet’s origin has no cookie at all');
});

test('after all of it the person’s activity is empty, and one site is connected', async () => {
  await openSection(home, 'Activity');
  assert.doesNotMatch(await home.innerText('main'), /Signed|Sent|Rejected/);
  await openSection(home, 'Apps');
  assert.equal(await home.getByRole('button', { name: /^Disconnect / }).count(), 1);
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await evil.waitForTimeout(50);
  }
  assert.fail('it did not come to that');
}
