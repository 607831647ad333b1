import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Chromium, startChromium } from '../../../../test/src/support/chromium.ts';
import { bundle, eagerBytes } from './build.ts';
import { examine } from './examine.ts';
import { serve } from './serve.ts';

type Page = Awaited<ReturnType<Chromium['open']>>;

const sizes = { small: { width: 360, height: 640 }, wide: { width: 1280, height: 800 } } as const;
const languages = ['en', 'de', 'ar'] as const;
const screenshots = fileURLToPath(new URL('../../dist/screenshots/', import.meta.url));

/** What the pages wrote to the console, or threw. */
const complaints: string[] = [];
const running = new AsyncDisposableStack();
let browser: Chromium;
let url: string;

before(async () => {
  mkdirSync(screenshots, { recursive: true });
  const { files } = await bundle('../gallery/gallery.tsx');
  // From the package that declares it.
  const { resolve } = createRequire(new URL('../../../../test/package.json', import.meta.url));
  files.set('/axe.js', readFileSync(resolve('axe-core/axe.min.js')));
  ({ url } = running.use(await serve(files)));
  browser = running.use(await startChromium());
});
after(() => running.disposeAsync());

async function open(size: { width: number; height: number }): Promise<Page> {
  const page = await browser.open();
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize(size);
  await page.goto(url);
  await page.evaluate(() => import(new URL('/axe.js', location.href).href));
  return page;
}

test('what a browser loads first for the screens is at most 25 KB, gzipped, on either surface', async () => {
  for (const surface of ['mountApprove', 'mountAccount']) {
    const bytes = eagerBytes(await bundle(`../screens/${surface}.tsx`), surface);
    assert.ok(bytes > 5_000 && bytes <= 25_000, `${surface}: ${bytes} bytes`);
  }
});

test('axe finds nothing on any screen, in any language, theme and size; nothing overflows; every target has 44 pixels', async () => {
  const found = await Promise.all(languages.map(everyScreen));
  const all = [...found.flat(), ...complaints];
  assert.equal(all.length, 0, all.slice(0, 40).join('\n'));
});

async function everyScreen(language: string): Promise<string[]> {
  const found: string[] = [];
  const page = await open(sizes.small);
  for (const name of await page.evaluate(() => window.gallery.names)) {
    await show(page, name, language);
    for (const size of ['small', 'wide'] as const) {
      await page.setViewportSize(sizes[size]);
      for (const theme of ['light', 'dark'] as const) {
        await page.evaluate((to) => window.gallery.paint(to), theme);
        const as = `${name}.${language}.${theme}.${size}`;
        if (language === 'en' || as.endsWith('light.small')) await shoot(page, as);
        found.push(...(await page.evaluate(examine, theme)).map((what) => `${as}: ${what}`));
      }
    }
  }
  await page.close();
  return found;
}

/** The whole screen, in a window as high as it needs: what is fixed to the window's edge stays there. */
async function shoot(page: Page, name: string): Promise<void> {
  const size = page.viewportSize() ?? sizes.wide;
  const needed = await page.evaluate(() => document.documentElement.scrollHeight);
  if (needed > size.height) await page.setViewportSize({ ...size, height: needed });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
  await page.setViewportSize(size);
}

test('the keyboard alone: focus begins at the heading, tabs over everything to no and yes, and Escape is no', async () => {
  const page = await open(sizes.small);
  for (const name of ['connect', 'send', 'typed-data', 'switch-chain', 'watch-asset', 'embed', 'hostile']) {
    await show(page, name);
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', name);
    const reached = await tabs(page);
    assert.ok(
      reached.indexOf('reject') >= 0 && reached.indexOf('reject') < reached.indexOf('approve'),
      `${name}: ${reached.join(', ')}`,
    );

    await page.locator('[data-action=approve]:not([aria-disabled=true])').focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(await asked(page), ['approve'], name);
    await show(page, name);
    await page.keyboard.press('Escape');
    assert.deepEqual(await asked(page), ['reject'], name);
  }
  await page.close();
});

test('a click that was under way when the question appeared is no answer', async () => {
  const page = await open(sizes.small);
  await show(page, 'send');
  await page.evaluate(() => document.querySelector<HTMLElement>('[data-action=approve]')?.click());
  assert.deepEqual(await asked(page), []);
  await page.locator('[data-action=approve]').click();
  assert.deepEqual(await asked(page), ['approve']);
  await page.close();
});

test('a danger is acknowledged before yes; yes leads to what is not', async () => {
  const page = await open(sizes.small);
  await show(page, 'sign-in-message-foreign');
  const approve = page.locator('[data-action=approve]');
  const ticks = page.locator('[data-action=acknowledge]');
  assert.equal(await ticks.count(), 2);
  for (const number of [0, 1]) {
    await page.waitForTimeout(550);
    await approve.focus();
    await page.keyboard.press('Enter');
    assert.equal(await ticks.nth(number).evaluate((tick) => tick === document.activeElement), true);
    assert.deepEqual(await asked(page), []);
    await page.keyboard.press('Space');
  }
  await approve.click();
  assert.deepEqual(await asked(page), ['approve']);
  await page.close();
});

test('while it is signed, neither Escape nor a second press does anything; a covered dialog has no yes', async () => {
  const page = await open(sizes.small);
  await show(page, 'send-busy');
  await page.waitForTimeout(550);
  await page.keyboard.press('Escape');
  await page.locator('[data-action=approve]').focus();
  await page.keyboard.press('Enter');
  assert.deepEqual(await asked(page), []);

  await show(page, 'send-covered');
  assert.equal(await page.locator('[data-action=approve]').count(), 0);
  await page.locator('[data-action=open-window]').click();
  assert.deepEqual(await asked(page), ['openWindow']);
  await page.close();
});

test('a dialog of the page keeps focus, leaves on Escape, and gives focus back', async () => {
  const page = await open(sizes.wide);
  await show(page, 'apps');
  await page.locator('[data-action=disconnect]').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('dialog h2:focus').waitFor();
  for (let press = 0; press < 6; press += 1) {
    await page.keyboard.press('Tab');
    // Between the last and the first the browser itself has the focus: the page sees that as its body.
    const outside = await page.evaluate(() => document.querySelector(':focus:not(body, dialog *)')?.outerHTML ?? null);
    assert.equal(outside, null);
  }
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-action')), 'disconnect');
  await page.locator('[data-action=disconnect]').first().click();
  await page.locator('dialog [data-action=confirm]').click();
  assert.deepEqual(await asked(page), ['disconnect']);
  await page.close();
});

test('what strangers wrote is text: no markup of theirs, nothing invisible, direction and language set', async () => {
  const page = await open(sizes.small);
  await show(page, 'hostile', 'ar');
  const seen = await page.evaluate(() => ({
    text: document.querySelector('main')?.textContent ?? '',
    foreign: document.querySelectorAll('main :is(script, img, b, i, style, iframe)').length,
    origin: document.querySelector('.app .origin')?.textContent,
    originDirection: getComputedStyle(document.querySelector('.app .origin') ?? document.body).direction,
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    title: document.title,
  }));
  assert.equal(seen.foreign, 0);
  assert.match(seen.text, /<b>Free<\/b> \[U\+202E\]gnihton/);
  assert.doesNotMatch(seen.text + seen.title, /[\u202a-\u202e\u200b]/);
  assert.match(seen.origin ?? '', /^https:\/\/wallet\.example\..*attacker\.example:8443$/);
  assert.deepEqual([seen.originDirection, seen.lang, seen.dir], ['ltr', 'ar', 'rtl']);

  await show(page, 'connect-stranger');
  assert.equal(await page.locator('.app .origin').textContent(), 'https://xn--pple-43d.example');
  assert.equal(await page.locator('.app .remark').count(), 1);
  await page.close();
});

async function show(page: Page, name: string, language = 'en'): Promise<void> {
  await page.evaluate((to) => window.gallery.show(...to), [name, language, 'light'] as const);
}

function asked(page: Page): Promise<string[]> {
  return page.evaluate(() => [...window.gallery.asked]);
}

/** The actions that Tab comes by, until it has gone once around. */
async function tabs(page: Page): Promise<string[]> {
  const reached: string[] = [];
  for (let press = 0; press < 30; press += 1) {
    await page.keyboard.press('Tab');
    const action = await page.evaluate(() => document.activeElement?.getAttribute('data-action') ?? '');
    reached.push(action);
    if (action === 'approve') break;
  }
  return reached;
}
