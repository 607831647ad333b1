import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import { getAddress, type Hex, verifyMessage } from 'viem';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { addressOn, answerTo, click, openSection, Person } from './person.ts';

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
  ['scaled', (iframe) => (iframe as HTMLElement).style.setProperty('transform', 'scale(0.2)', 'important')],
  ['filtered', (iframe) => (iframe as HTMLElement).style.setProperty('filter', 'blur(8px)', 'important')],
  [
    'covered',
    () => {
      const cover = document.createElement('dialog');
      cover.textContent = 'Click here for a free kitten';
      cover.style.cssText = 'position:fixed;inset:0;width:100vw;height:100vh;pointer-events:none;max-width:none';
      document.body.append(cover);
      cover.showModal();
    },
  ],
];
for (const [how, disguise] of disguises) {
  test(`a dialog that is ${how} signs nothing: the person is sent to a window`, async () => {
    await dapp.reload();
    await dapp.getByText('Sign a message').waitFor();
    await click(dapp, 'Sign a message');
    const frame = await dialogIn(dapp);
    await buttonIn(frame, 'Sign').waitFor();
    await dapp.locator('iframe').first().evaluate(disguise);
    await buttonIn(frame, 'Open in a window').waitFor({ state: 'attached' });
    assert.equal(await buttonIn(frame, 'Sign').count(), 0);
    assert.equal(await dapp.getByText('Message signed').count(), 0);
  });
}

test('moved under the pointer at the last moment, a click signs nothing', async () => {
  await dapp.reload();
  await click(dapp, 'Sign a message');
  const frame = await dialogIn(dapp);
  const sign = buttonIn(frame, 'Sign');
  await sign.waitFor();
  const box = await sign.boundingBox();
  assert.ok(box);
  const iframe = dapp.locator('iframe').first();
  await iframe.evaluate((element) => (element as HTMLElement).style.setProperty('opacity', '0', 'important'));
  // Back in sight only just before the click: half a second of being seen is missing.
  await dapp.waitForTimeout(300);
  await iframe.evaluate((element) => (element as HTMLElement).style.removeProperty('opacity'));
  await dapp.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await dapp.waitForTimeout(1_000);
  assert.equal(await dapp.getByText('Message signed').count(), 0);
});

async function windowOf(act: () => Promise<unknown>): Promise<Page> {
  const [window] = await Promise.all([person.browser.context.waitForEvent('page'), act()]);
  return window;
}
