import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { click, decide, Person, windowFrom } from './person.ts';

// A whole sign-in, connection and signature, looked at from outside: what the wallet's origin sends, and what is left where.
let world: BrowserWorld;
let person: Person;
let dapp: Page;
const answers: { url: string; headers: Promise<Record<string, string>> }[] = [];
const urls: string[] = [];

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  person.browser.context.on('response', (response) => {
    // At once: later its window may have closed. Of such a one the rest is told by the others.
    answers.push({ url: response.url(), headers: response.allHeaders().catch(() => response.headers()) });
  });
  person.browser.context.on('request', (request) => urls.push(request.url()));
  dapp = await person.browser.open(await world.site('one', { name: 'One' }));
  const window = await windowFrom(dapp, () => click(dapp, 'Connect'));
  await person.signInFrom(window);
  await decide(dapp, window, 'Connect');
  await person.ask(dapp, 'Sign a message', 'Sign');
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

/** A JWT, whoever's. */
const token = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/;

test('every answer of the wallet’s origin forbids what the page does not need, and sets no cookie', async () => {
  const own = answers.filter(({ url }) => new URL(url).origin === world.wallet);
  assert.ok(own.length > 5, 'the control: the page was loaded');
  for (const { url: where, headers: coming } of own) {
    const headers = await coming;
    const policy = headers['content-security-policy'] ?? '';
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types symbolon-worker',
      "frame-ancestors 'none'",
    ]) {
      assert.ok(policy.includes(directive), `${where}: ${directive} in ${policy}`);
    }
    assert.doesNotMatch(policy, /unsafe|\*(?!\.)|https?:\/\/(?!127\.0\.0\.1:)/, where);
    assert.equal(headers['x-content-type-options'], 'nosniff', where);
    assert.equal(headers['referrer-policy'], 'no-referrer', where);
    assert.ok(headers['permissions-policy'], where);
    assert.equal(headers['set-cookie'], undefined, where);
    const isApprove = new URL(where).pathname === '/approve';
    if (isApprove) assert.equal(headers['cross-origin-opener-policy'], 'unsafe-none', where);
    else assert.ok(['same-origin', undefined].includes(headers['cross-origin-opener-policy']), where);
  }
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

test('no token stands in an address, in a document, or in what the dApp keeps', async () => {
  for (const url of urls) assert.doesNotMatch(url, token);
  const page = await person.browser.open(world.wallet);
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.equal(page.url(), `${world.wallet}/`, 'the issuer’s code is gone from the address');
  for (const where of [page, dapp]) assert.doesNotMatch(await where.content(), token);
  const kept = await dapp.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.match(kept, /0x[0-9a-f]{40}/, 'the control: what it keeps is found');
  assert.doesNotMatch(kept, token);
  await page.close();
});

test('the device key cannot be taken out of the wallet’s storage, and no other key lies there', async () => {
  const page = await person.browser.open(world.wallet);
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  const keys = await page.evaluate(async () => {
    const found: { type: string; extractable: boolean }[] = [];
    const done = (request: IDBRequest) =>
      new Promise<void>((resolve, reject) => {
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      });
    const visit = (value: unknown): void => {
      if (value instanceof CryptoKey) found.push({ type: value.type, extractable: value.extractable });
      else if (value !== null && typeof value === 'object') for (const one of Object.values(value)) visit(one);
    };
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(name ?? '');
      await done(opening);
      for (const store of opening.result.objectStoreNames) {
        const reading = opening.result.transaction(store).objectStore(store).getAll();
        await done(reading);
        for (const value of reading.result) visit(value);
      }
      opening.result.close();
    }
    return found;
  });
  const secret = keys.filter(({ type }) => type !== 'public');
  assert.deepEqual(secret, [{ type: 'private', extractable: false }]);
  await page.close();
});
