import assert from 'node:assert/strict';
import { get, type IncomingHttpHeaders } from 'node:http';
import { after, before, test } from 'node:test';
import { dialogApp, type HeaderFields, pageHeaders } from '@symbolon/protocol';
import type { Frame, Page } from 'playwright-core';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { answerTo, click, decide, Person, windowFrom } from './person.ts';

// Whole flows, looked at from outside: what the wallet's origin sends, and what is left where after each.
let world: BrowserWorld;
let person: Person;
let dapp: Page;
let embedding: Page;
/** As the browser has them, at once: a window may be closed a moment later. */
const answers: { url: string; headers: HeaderFields }[] = [];
const asked: { url: string; headers: HeaderFields; from: string }[] = [];

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  const { context } = person.browser;
  context.on('response', (response) => answers.push({ url: response.url(), headers: response.headers() }));
  context.on('request', (request) => {
    const by = request.serviceWorker() ?? (request.isNavigationRequest() ? null : request.frame());
    asked.push({ url: request.url(), headers: request.headers(), from: by?.url() ?? 'a navigation' });
  });
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

/** A JWT, whoever's. */
const token = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/;

/** Nothing secret in an address, a document, or what any page keeps where scripts of its origin read text. */
async function nothingLies(): Promise<void> {
  for (const { url } of asked) assert.doesNotMatch(url, token);
  for (const page of person.browser.context.pages()) {
    for (const frame of page.frames()) {
      if (!frame.url().startsWith('http')) continue;
      assert.doesNotMatch(frame.url(), /[?#&](code|state|relay|token)=/, frame.url());
      assert.doesNotMatch(await frame.content(), token, frame.url());
      const kept = await frame.evaluate(async () => {
        const cached = [];
        for (const name of await caches.keys()) {
          const cache = await caches.open(name);
          for (const { url } of await cache.keys()) cached.push(url, await (await cache.match(url))?.text());
        }
        return JSON.stringify([
          Object.entries(localStorage),
          Object.entries(sessionStorage),
          document.cookie,
          name,
          history.state,
          cached,
        ]);
      });
      assert.doesNotMatch(kept, token, frame.url());
    }
  }
}

test('a sign-in, a connection and a signature in a window leave nothing behind', async () => {
  dapp = await person.browser.open(await world.site('one', { name: 'One' }));
  const window = await windowFrom(dapp, () => click(dapp, 'Connect'));
  await person.signInFrom(window);
  await window.getByRole('heading', { name: /^Connect to one/ }).waitFor();
  await nothingLies();
  await decide(dapp, window, 'Connect');
  await person.ask(dapp, 'Sign a message', 'Sign');
  await nothingLies();
  const kept = await dapp.evaluate(() => JSON.stringify(Object.entries(localStorage)));
  assert.match(kept, /0x[0-9a-f]{40}/, 'the control: what it keeps is found');
});

test('a connection and a signature in a dialog leave nothing behind, in the site’s page or in the dialog', async () => {
  embedding = await person.browser.open(await world.site('two', { name: 'Two', embeds: true }));
  await click(embedding, 'Connect');
  const frame = await dialogIn(embedding);
  const opened = person.browser.context.waitForEvent('page');
  await frame.getByRole('button', { name: 'Continue', exact: true }).click();
  const window = await opened;
  await window.getByRole('heading', { name: /^Let two/ }).waitFor();
  await answerTo(embedding, async () => {
    await click(window, 'Allow');
    await window.getByRole('button', { name: 'ada@example.com' }).click();
  });
  await click(embedding, 'Sign a message');
  const sign = frame.getByRole('button', { name: 'Sign', exact: true });
  assert.equal((await answerTo(embedding, () => sign.click())).title, 'Message signed');
  if (!window.isClosed()) await window.waitForEvent('close');
  await nothingLies();
});

test('the account page, after a sign-in of its own, has nothing of it in its address', async () => {
  const page = await person.browser.open(world.wallet);
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await click(page, /Continue with .*Example ID/);
  await page.getByRole('button', { name: 'ada@example.com' }).click();
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.equal(page.url(), `${world.wallet}/`, 'the issuer’s code is gone');
  await nothingLies();
  await page.close();
});

test('every answer of the wallet’s origin in all of it had exactly the headers that the page is to have', async () => {
  const own = answers.filter(({ url }) => url.startsWith(world.wallet));
  const paths = new Set(own.map(({ url }) => new URL(url).pathname));
  for (const path of ['/', '/approve', '/callback', '/dialog/two', '/config.json']) {
    assert.ok(paths.has(path), `the control: ${path} was loaded`);
  }
  const { connect } = await manifest();
  for (const { url, headers } of own) {
    const { pathname } = new URL(url);
    const frames = dialogApp(pathname) === 'two' ? [new URL(embedding.url()).origin] : [];
    for (const [name, value] of Object.entries(pageHeaders(pathname, connect, frames))) {
      assert.equal(headers[name], value, `${name} of ${url}`);
    }
    assert.ok(headers['cache-control'], url);
  }
  // What no browser shows to scripts, seen on the wire.
  for (const path of [...paths, '/sw.js', '/release.json', '/nothing-here']) {
    const sent = await headersOf(path);
    assert.equal(sent['set-cookie'], undefined, path);
    assert.match(sent['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self'; style-src 'self'; /);
  }
  assert.deepEqual(await person.browser.context.cookies(world.wallet), []);
});

test('no page of the wallet’s origin says where it is to whomever it asks', () => {
  const parties = asked.filter(({ from, url }) => from.startsWith(world.wallet) && url.startsWith('http://127.0.0.1:'));
  assert.ok(parties.length > 5, 'the control: parties and chains were asked');
  for (const { url, headers } of asked) assert.doesNotMatch(headers['referer'] ?? '', /wallet\.localhost/, url);
  for (const { url, headers } of parties) assert.equal(headers['cookie'], undefined, url);
});

test('the page breaks none of its own rules', async () => {
  const page = await person.browser.context.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(world.wallet);
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.deepEqual(
    said.filter((line) => /Content Security Policy|Trusted|integrity/i.test(line)),
    [],
  );
  await page.close();
});

test('in each partition lies one key of its own, which cannot be taken out, and no other', async () => {
  const page = await person.browser.open(world.wallet);
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  const points: string[] = [];
  for (const where of [page, await dialogIn(embedding)]) {
    const keys = await keysAt(where);
    const secret = keys.filter(({ type }) => type !== 'public');
    assert.deepEqual(secret, [{ type: 'private', extractable: false, x: null }]);
    points.push(...keys.flatMap(({ x }) => (x === null ? [] : [x])));
  }
  assert.equal(new Set(points).size, 2, 'two keys');
  await page.close();
});

/** Every key that a partition of the wallet's origin keeps, wherever in its storage. */
const keysAt = (where: Page | Frame) =>
  where.evaluate(async () => {
    const found: { type: string; extractable: boolean; x: string | null }[] = [];
    const done = (request: IDBRequest) =>
      new Promise<void>((resolve, reject) => {
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      });
    const visit = async (value: unknown): Promise<void> => {
      if (value instanceof CryptoKey) {
        const x = value.extractable ? ((await crypto.subtle.exportKey('jwk', value)).x ?? null) : null;
        found.push({ type: value.type, extractable: value.extractable, x });
      } else if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)) {
        for (const one of Object.values(value)) await visit(one);
      }
    };
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(name ?? '');
      await done(opening);
      for (const store of opening.result.objectStoreNames) {
        const reading = opening.result.transaction(store).objectStore(store).getAll();
        await done(reading);
        for (const value of reading.result) await visit(value);
      }
      opening.result.close();
    }
    return found;
  });

async function dialogIn(page: Page): Promise<Frame> {
  const frame = await (await page.locator('iframe').first().elementHandle())?.contentFrame();
  assert.ok(frame, 'there is a dialog');
  return frame;
}

/** The release as it was published: where its pages may connect to. */
async function manifest(): Promise<{ connect: string[] }> {
  const page = await person.browser.open(`${world.wallet}/release.json`);
  const text = await page.innerText('body');
  await page.close();
  return JSON.parse(text);
}

/** Node knows no names under .localhost. */
function headersOf(path: string): Promise<IncomingHttpHeaders> {
  const { host, port } = new URL(world.wallet);
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.headers);
    }).on('error', reject);
  });
}
