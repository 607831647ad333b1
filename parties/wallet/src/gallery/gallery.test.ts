import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { stop as stopEsbuild } from 'esbuild';
import type { Page } from 'playwright-core';
import { startChromium } from '../../../../test/src/support/chromium.ts';
import { bundle, eagerBytes } from './build.ts';
import { axeFindings, contrast, everyRule, layoutFindings } from './examine.ts';
import { fit, languages, type OpenGallery, openGallery, shoot, sizes } from './open.ts';

let gallery: OpenGallery;
const open = (size: { width: number; height: number }) => gallery.open(size);

before(
  async () => {
    gallery = await openGallery(await startChromium());
  },
  { timeout: 60_000 },
);
after(async () => {
  await gallery?.[Symbol.asyncDispose]();
  await stopEsbuild();
});

test('what a browser loads first for the screens is at most 25 KB, gzipped, on either surface', async () => {
  for (const surface of ['mountApprove', 'mountAccount']) {
    const bytes = eagerBytes(await bundle(`../screens/${surface}.tsx`), surface);
    assert.ok(bytes > 5_000 && bytes <= 25_000, `${surface}: ${bytes} bytes`);
  }
});

// `npm run test:long -- gallery` has axe look at every screen in every language, theme and size.
test('axe finds nothing on any screen; in no language and size anything overflows, or a target has less than 44 pixels', {
  timeout: 240_000,
}, async () => {
  const page = await open(sizes.small);
  const found: string[] = [];
  for (const size of ['small', 'wide'] as const) {
    for (const name of await page.evaluate(() => window.gallery.names)) {
      await page.setViewportSize(sizes[size]);
      const findings = await page.evaluate(layoutFindings, [name, languages] as const);
      await fit(page, sizes[size]);
      for (const theme of ['light', 'dark'] as const) {
        await page.evaluate((to) => window.gallery.paint(to), theme);
        await shoot(page, `${name}.en.${theme}.${size}`);
        const rules = theme === 'light' ? everyRule : contrast;
        if (size === 'small') findings.push(...(await page.evaluate(axeFindings, rules)));
      }
      found.push(...findings.map((what) => `${name}.${size}: ${what}`));
    }
  }
  await page.close();
  const all = [...found, ...gallery.complaints];
  assert.equal(all.length, 0, all.slice(0, 40).join('\n'));
});

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

test('with a release that was withdrawn nothing can be approved, and no device let in: it is loaded again', async () => {
  const page = await open(sizes.small);
  await show(page, 'send-withdrawn');
  assert.equal(await page.locator('[data-action=approve]').count(), 0);
  await page.locator('[role=alert] [data-action=reload]').click();
  assert.deepEqual(await asked(page), ['retry']);
  await show(page, 'devices-withdrawn');
  assert.equal(await page.locator('[data-action=read-device]').count(), 0);
  await show(page, 'send-refused-release');
  await page.locator('[data-action=approve]').click();
  assert.deepEqual(await asked(page), ['approve']);
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
