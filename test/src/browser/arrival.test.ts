import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { codeAfter } from '../support/mail.ts';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { addressOn, click, decide, openSection, Person, windowFrom } from './person.ts';

// Somebody with nothing but a mailbox, in order: at one browser, and then at another.
const email = 'grace@example.com';
let world: BrowserWorld;
let person: Person;
let origin: string;
let address: string;

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  origin = await world.site('one', { name: 'Site One' });
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

/** At the issuer's page: the address, and the code that comes to the mailbox. */
async function proveMailbox(page: Page): Promise<void> {
  await page.getByLabel('Your e-mail address').fill(email);
  const code = await codeAfter(world, email, 6, () => click(page, 'Send me a code'));
  await page.getByLabel('The six digits of the code').fill(code);
  await click(page, 'Sign in');
}

const byMail = /^Continue with e-mail|Continue with .*[Mm]ail/;

test('somebody new, with a mailbox alone, connects a dApp: a code, a wallet, one click', async () => {
  const dapp = await person.browser.open(origin);
  const window = await windowFrom(dapp, () => click(dapp, 'Connect'));
  const signIn = await windowFrom(window, () => click(window, byMail));
  await Promise.all([signIn.waitForEvent('close'), proveMailbox(signIn)]);
  await window.getByRole('heading', { name: /^Connect to one/ }).waitFor();
  assert.equal((await decide(dapp, window, 'Connect')).title, 'Connected');
  address = await addressOn(dapp);
  await dapp.close();
});

test('the wallet’s page knows them; signed out it asks again, and they are asked at the issuer too', async () => {
  const page = await person.browser.open(world.wallet);
  assert.equal((await addressOn(page)).toLowerCase(), address);
  await openSection(page, 'Settings');
  await page.getByText(email).first().waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await click(page, byMail);
  // Whoever signed out may come back as somebody else.
  await page.getByText(email).first().waitFor();
  await page.getByRole('button', { name: /^Continue to / }).click();
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.equal((await addressOn(page)).toLowerCase(), address);
  await page.close();
});

test('from a dApp’s window at a new browser: the issuer’s code, the kms’s code, and the same address', async () => {
  await using elsewhere = await Person.arrive(world);
  const dapp = await elsewhere.browser.open(origin);
  const window = await windowFrom(dapp, () => click(dapp, 'Connect'));
  const signIn = await windowFrom(window, () => click(window, byMail));
  await Promise.all([signIn.waitForEvent('close'), proveMailbox(signIn)]);
  await window.getByRole('heading', { name: 'You are new on this device' }).waitFor();
  assert.ok(!(await window.innerText('body')).toLowerCase().includes(address), 'not told before it is let in');
  const code = await codeAfter(world, email, 8, () => click(window, 'Send the code'));
  await window.getByLabel('Code from the mail').fill(code);
  await click(window, 'Confirm');
  await window.getByRole('heading', { name: /^Connect to one/ }).waitFor();
  assert.equal((await decide(dapp, window, 'Connect')).title, 'Connected');
  assert.equal(await addressOn(dapp), address);
});
