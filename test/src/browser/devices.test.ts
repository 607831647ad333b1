import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { codeAfter, mailsTo } from '../support/mail.ts';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { addressOn, click, openSection, Person, windowFrom } from './person.ts';

// One person, three browsers, in order.
const email = 'ada@example.com';
const checkForm = /\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b/;
let world: BrowserWorld;
let first: Person;
let second: Person;
let third: Person;
let home: Page;
let address: string;

before(async () => {
  world = await bootBrowserWorld();
  first = await Person.arrive(world);
  ({ page: home, address } = await first.account(email));
});
after(async () => {
  for (const person of [first, second, third]) await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

/** The check that a page shows, to be compared by eye. */
async function shownCheck(page: Page): Promise<string> {
  const text = await page.getByText(checkForm).first().innerText();
  return checkForm.exec(text.replace(/\s/g, ''))?.[0] ?? 'none';
}

test('a new browser, signed in as the same person, is not in the wallet yet', async () => {
  second = await Person.arrive(world);
  const page = await second.signIn(email);
  await page.getByRole('heading', { name: 'You are new on this device' }).waitFor();
  assert.ok(!(await page.innerText('body')).includes(address), 'it is not told the address');
});

test('it comes in by the code that the kms mails, beside the same check, and has the same address', async () => {
  const page = second.browser.context.pages().at(-1);
  assert.ok(page);
  const check = await shownCheck(page);
  const code = await codeAfter(world, email, 8, () => click(page, 'Send the code'));
  assert.ok((await mailsTo(world, email)).some(({ text }) => text.includes(check) && text.includes(code)));

  await page.getByLabel('Code from the mail').fill(code === '00000000' ? '11111111' : '00000000');
  await click(page, 'Confirm');
  await page.getByText('That code is not right.').waitFor();
  await page.getByLabel('Code from the mail').fill(code);
  await click(page, 'Confirm');
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.equal(await addressOn(page), address);
  await page.getByText(/This wallet was created on/).waitFor();
});

test('a third browser comes in when an enrolled one has compared its check and lets it in', async () => {
  third = await Person.arrive(world);
  const page = await third.signIn(email);
  await page.getByText('With another device').click();
  const request = await page.locator('[data-request]').innerText();

  await openSection(home, 'Devices');
  await home.getByLabel('Request of the new device').fill(request);
  await click(home, 'Continue');
  await home.getByRole('heading', { name: 'Is this your device?' }).waitFor();
  const compared = home.getByRole('dialog').getByText(checkForm).first();
  assert.equal((await compared.innerText()).replace(/\s/g, ''), await shownCheck(page));
  await home.getByLabel('Name for it').fill('third browser');
  await click(home, 'It is the same: let it in');

  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.equal(await addressOn(page), address);
});

test('the third signs; revoked by the first it signs no more, and cannot come back with its key', async () => {
  const origin = await world.site('one', { name: 'Site One' });
  const dapp = await third.connect(origin);
  assert.equal((await third.ask(dapp, 'Sign a message', 'Sign')).title, 'Message signed');

  await home.reload();
  await home.getByRole('button', { name: /^Remove .*third browser/ }).click();
  await home.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await home.getByText('third browser').first().waitFor({ state: 'detached' });

  const window = await windowFrom(dapp, () => click(dapp, 'Sign a message'));
  const sign = window.getByRole('button', { name: 'Sign', exact: true });
  const refusal = window.getByText(/This device was removed|not part of your wallet/);
  await sign.or(refusal).first().waitFor();
  if (await sign.isVisible()) await sign.click();
  await refusal.first().waitFor();
  assert.equal(await dapp.getByText('Message signed').count(), 1, 'there is no second signature');

  const again = await third.browser.open(world.wallet);
  await again
    .getByText(/This device was removed|not part of your wallet/)
    .first()
    .waitFor();
});
