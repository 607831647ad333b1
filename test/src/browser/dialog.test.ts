import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import { getAddress, type Hex, verifyMessage } from 'viem';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { request } from './hand.ts';
import { addressOn, answerTo, click, openSection, Person } from './person.ts';
import { Watch } from './watch.ts';

// The wallet embedded in a dApp's page, in order: what a partition's own key may do, and what a page can do to the dialog.
let world: BrowserWorld;
let person: Person;
let home: Page;
let address: string;
let dapp: Page;

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  ({ page: home, address } = await person.account());
  dapp = await person.browser.open(await world.site('inside', { name: 'Inside', embeds: true }));
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

declare global {
  var clicked: boolean;
}

/** The wallet's document in the dApp's page, once it is there. */
async function dialogIn(page: Page): Promise<Frame> {
  const element = await page.locator('iframe').first().elementHandle();
  const frame = await element?.contentFrame();
  assert.ok(frame, 'there is a dialog');
  return frame;
}

const buttonIn = (frame: Frame, name: string) => frame.getByRole('button', { name, exact: true });
const windowCount = () => person.browser.context.pages().length;

test('the first time a window opens once, asks, and gives this site’s dialog a key of its own', async () => {
  await click(dapp, 'Connect');
  const frame = await dialogIn(dapp);
  const window = await windowOf(() => buttonIn(frame, 'Continue').click());
  await window.getByRole('heading', { name: /^Let inside/ }).waitFor();
  const told = answerTo(dapp, async () => {
    await click(window, 'Allow');
    await window.getByRole('button', { name: 'ada@example.com' }).click();
  });
  assert.equal((await told).title, 'Connected');
  assert.equal(getAddress(await addressOn(dapp)), address, 'the same address as everywhere');
});

test('the person finds the key among their devices, bound to that site', async () => {
  await home.reload();
  await openSection(home, 'Devices');
  await home.getByText('Only inside').waitFor();
  assert.ok((await home.innerText('main')).replace(/\s/g, '').includes(new URL(dapp.url()).origin));
});

test('from then on the dialog itself asks and signs, and no window opens', async () => {
  const before = windowCount();
  await click(dapp, 'Sign a message');
  const frame = await dialogIn(dapp);
  const message = `Hello from ${new URL(dapp.url()).host}.`;
  await frame.getByText(message).first().waitFor();
  const told = await answerTo(dapp, () => buttonIn(frame, 'Sign').click());
  assert.ok(await verifyMessage({ address: address as Hex, message, signature: told.detail as Hex }));
  assert.equal(windowCount(), before);
});

test('Escape rejects, and the dApp has its focus back', async () => {
  await click(dapp, 'Sign a message');
  const frame = await dialogIn(dapp);
  await buttonIn(frame, 'Sign').waitFor();
  const told = await answerTo(dapp, () => buttonIn(frame, 'Reject').press('Escape'));
  assert.match(told.detail, /4001/);
  await dapp.waitForFunction(() => document.activeElement?.textContent === 'Sign a message');
});

/** What a hostile page does to the dialog's box while it asks. */
const disguises: [string, (iframe: Element) => void][] = [
  ['faded', (iframe) => (iframe as HTMLElement).style.setProperty('opacity', '0.02', 'important')],
  ['faded with what it lies in', (iframe) => iframe.parentElement?.style.setProperty('opacity', '0.4')],
  ['scaled', (iframe) => (iframe as HTMLElement).style.setProperty('transform', 'scale(0.2)', 'important')],
  ['turned', (iframe) => iframe.parentElement?.style.setProperty('transform', 'rotate(180deg)')],
  ['filtered', (iframe) => (iframe as HTMLElement).style.setProperty('filter', 'blur(8px)', 'important')],
  ['clipped to a part', (iframe) => iframe.parentElement?.style.setProperty('clip-path', 'inset(60% 0 0 0)')],
  ['moved half out of the window', (iframe) => iframe.parentElement?.style.setProperty('top', '50%')],
  ['squeezed to a strip', (iframe) => (iframe as HTMLElement).style.setProperty('height', '90px', 'important')],
  [
    'covered',
    () => {
      const cover = document.createElement('dialog');
      cover.id = 'cover';
      cover.textContent = 'Click here for a free kitten';
      cover.style.cssText = 'position:fixed;inset:0;width:100vw;height:100vh;pointer-events:none;max-width:none';
      document.body.append(cover);
      cover.showModal();
    },
  ],
  [
    'covered in one corner, by a popover through which clicks fall',
    () => {
      const cover = document.createElement('div');
      cover.id = 'cover';
      cover.popover = 'manual';
      cover.textContent = 'To: your own account';
      cover.style.cssText =
        'position:fixed;inset:auto;left:45%;top:45%;width:120px;height:40px;margin:0;pointer-events:none';
      document.body.append(cover);
      cover.showPopover();
    },
  ],
];
for (const [how, disguise] of disguises) {
  test(`a dialog that is ${how} signs nothing: the person is sent to a window`, async () => {
    await dapp.reload();
    await click(dapp, 'Sign a message');
    const frame = await dialogIn(dapp);
    await buttonIn(frame, 'Sign').waitFor();
    await Watch.inside(world, frame).nothingHappens(async () => {
      await dapp.locator('iframe').first().evaluate(disguise);
      await buttonIn(frame, 'Open in a window').waitFor({ state: 'attached' });
      assert.equal(await buttonIn(frame, 'Sign').count(), 0);
    });
    assert.equal(await dapp.getByText('Message signed').count(), 0);
  });
}

/** How the dialog is kept out of sight until just before the click. */
const hidings: [string, (iframe: Element, hidden: boolean) => void][] = [
  ['faded in', (iframe, hidden) => (iframe as HTMLElement).style.setProperty('opacity', hidden ? '0' : '1')],
  [
    'moved under the pointer',
    (iframe, hidden) => (iframe as HTMLElement).style.setProperty('transform', hidden ? 'translateX(300px)' : 'none'),
  ],
  [
    'uncovered',
    (_iframe, hidden) => {
      document.querySelector('#cover')?.remove();
      if (!hidden) return;
      const cover = document.createElement('div');
      cover.id = 'cover';
      cover.popover = 'manual';
      cover.style.cssText = 'width:100vw;height:100vh;pointer-events:none';
      document.body.append(cover);
      cover.showPopover();
    },
  ],
];
for (const [how, hide] of hidings) {
  test(`${how} at the last moment, a click signs nothing`, async () => {
    await dapp.reload();
    await click(dapp, 'Sign a message');
    const frame = await dialogIn(dapp);
    const sign = buttonIn(frame, 'Sign');
    await sign.waitFor();
    const box = await sign.boundingBox();
    assert.ok(box);
    await Watch.inside(world, frame).nothingHappens(async () => {
      await frame.evaluate(() => {
        addEventListener('click', ({ isTrusted }) => (globalThis.clicked = isTrusted), { capture: true });
      });
      const iframe = dapp.locator('iframe').first();
      await iframe.evaluate(hide, true);
      await buttonIn(frame, 'Open in a window').waitFor({ state: 'attached' });
      // Back in sight only just before the click: half a second of being seen is missing.
      await iframe.evaluate(hide, false);
      await dapp.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await frame.waitForFunction(() => globalThis.clicked === true);
      // A signature would be there in this time.
      await dapp.waitForTimeout(1_000);
    });
    assert.equal(await dapp.getByText('Message signed').count(), 0);
    await person.closeWindows();
  });
}

test('a window that opened the site reaches into its dialog, and is not heard there', async () => {
  await dapp.reload();
  await click(dapp, 'Sign a message');
  await buttonIn(await dialogIn(dapp), 'Sign').waitFor();
  const evil = await person.browser.open(await world.site('evil', { name: null }));
  await evil.evaluate((url) => {
    globalThis.raw = { answers: [], port: null, window: null };
    document.addEventListener('click', () => (raw.window = window.open(url)), { once: true });
  }, dapp.url());
  const victim = await windowOf(() => evil.locator('h1').click());
  await click(victim, 'Sign a message');
  const frame = await dialogIn(victim);
  await buttonIn(frame, 'Sign').waitFor();
  await Watch.inside(world, frame).nothingHappens(async () => {
    const tried = await evil.evaluate(
      ([wallet, ask]) => {
        const inner = raw.window?.frames[0];
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => raw.answers.push(data);
        inner?.postMessage({ symbolon: 1, what: 'open' }, wallet, [port2]);
        port1.postMessage(ask);
        try {
          if (inner !== undefined) inner.location.href = 'about:blank';
          return 'navigated';
        } catch (error) {
          return (error as Error).name;
        }
      },
      [world.wallet, request('a', 'eth_accounts')] as const,
    );
    assert.equal(tried, 'SecurityError');
    // The question is still the site's own.
    await buttonIn(frame, 'Sign').waitFor();
    assert.deepEqual(await evil.evaluate(() => raw.answers), []);
  });
  await victim.close();
  await evil.close();
});

async function windowOf(act: () => Promise<unknown>): Promise<Page> {
  const [window] = await Promise.all([person.browser.context.waitForEvent('page'), act()]);
  return window;
}
