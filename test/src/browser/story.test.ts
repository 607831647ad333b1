import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { rpc } from '@symbolon/devnet';
import type { Page } from 'playwright-core';
import {
  type Address,
  createPublicClient,
  getAddress,
  type Hex,
  http,
  parseEther,
  verifyMessage,
  verifyTypedData,
} from 'viem';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { addressOn, answerTo, click, decide, openSection, Person, windowFrom } from './person.ts';

// One person's day, in order: each test goes on where the one before ended.
const recipient = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
let world: BrowserWorld;
let person: Person;
let one: Page;
let address: Address;
let chain: ReturnType<typeof createPublicClient>;

before(async () => {
  world = await bootBrowserWorld();
  chain = createPublicClient({ transport: http(world.devnet.urls.chain) });
  person = await Person.arrive(world);
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

let broken: string | null = null;
beforeEach(() => assert.equal(broken, null, 'an earlier step of the story failed'));
afterEach(async (context) => {
  if ('diagnostic' in context && !(context as { passed?: boolean }).passed && broken === null) {
    broken = context.name;
    for (const screen of await person.screens()) context.diagnostic(screen);
  }
  // What one test left open must not answer for the next.
  await person.closeWindows();
});

const shownAddress = async (dapp: Page) => getAddress(await addressOn(dapp));

test('somebody new connects: one click at the provider, a wallet is made, one click, and the dApp knows the address', async () => {
  one = await person.browser.open(await world.site('one', { name: 'Site One' }));
  const window = await windowFrom(one, () => click(one, 'Connect'));
  assert.match(window.url(), /^http:\/\/wallet\.localhost:\d+\/approve/);
  await person.signInFrom(window);
  await window.getByRole('heading', { name: /^Connect to one/ }).waitFor();
  const text = await window.innerText('body');
  assert.ok(text.includes(new URL(one.url()).origin), 'the origin stands on the screen');
  assert.ok(text.includes('Site One') && text.includes('Development mode'));
  const told = await decide(one, window, 'Connect');
  assert.equal(told.title, 'Connected');
  address = await shownAddress(one);
});

test('the wallet’s own page shows the same address, and the dApp among the connected ones', async () => {
  const page = await person.browser.open(world.wallet);
  await page.getByRole('heading', { name: 'Your wallet' }).waitFor();
  assert.equal(await addressOn(page), address);
  await openSection(page, 'Apps');
  await page.getByText('Site One').first().waitFor();
  await page.close();
});

test('a message is shown as it is, and its signature verifies for that address', async () => {
  const window = await windowFrom(one, () => click(one, 'Sign a message'));
  const message = `Hello from ${new URL(one.url()).host}.`;
  await window.getByText(message).first().waitFor();
  const { detail } = await decide(one, window, 'Sign');
  assert.ok(await verifyMessage({ address, message, signature: detail as Hex }));
});

test('typed data is shown field by field, and its signature verifies', async () => {
  const window = await windowFrom(one, () => click(one, 'Sign typed data'));
  for (const shown of ['Order', 'Tea, 100 g']) await window.getByText(shown).first().waitFor();
  const { detail } = await decide(one, window, 'Sign');
  const valid = await verifyTypedData({
    address,
    domain: { name: 'Corner shop', version: '1', chainId: 31_337 },
    types: {
      Order: [
        { name: 'item', type: 'string' },
        { name: 'count', type: 'uint256' },
        { name: 'buyer', type: 'address' },
      ],
    },
    primaryType: 'Order',
    message: { item: 'Tea, 100 g', count: 2n, buyer: address },
    signature: detail as Hex,
  });
  assert.ok(valid);
});

test('what is asked while the window is still there is asked in that window', async () => {
  const window = await windowFrom(one, () => click(one, 'Sign a message'));
  await answerTo(one, () => click(window, 'Sign'));
  await click(one, 'Sign typed data');
  await window.getByText('Tea, 100 g').first().waitFor();
  const told = await decide(one, window, 'Sign');
  assert.equal(told.title, 'Typed data signed');
});

test('a sign-in message of the dApp’s own domain is called a sign-in, without a warning', async () => {
  const window = await windowFrom(one, () => click(one, 'Sign in with Ethereum'));
  await window.getByRole('heading', { name: /^Sign in to one/ }).waitFor();
  assert.equal(await window.getByText('Danger').count(), 0);
  const told = await decide(one, window, 'Sign');
  assert.equal(told.title, 'Signed in with Ethereum');
});

test('a transfer is said in one sentence, with its fee, and is mined', async () => {
  await rpc(world.devnet.urls.chain, 'anvil_setBalance', [address, '0x8ac7230489e80000']);
  const before = await chain.getBalance({ address: recipient });
  const window = await windowFrom(one, () => click(one, 'Send'));
  await window.getByRole('heading', { name: /Send .*0\.01.*ETH.* to / }).waitFor();
  await window.getByText(/fee, at most/i).waitFor();
  const { detail } = await decide(one, window, 'Approve');
  const mined = await chain.waitForTransactionReceipt({ hash: detail as Hex, pollingInterval: 50, timeout: 10_000 });
  assert.equal(mined.status, 'success');
  assert.equal(getAddress(mined.from), address);
  assert.equal(await chain.getBalance({ address: recipient }), before + parseEther('0.01'));
});

test('a token allowance without limit is warned of, and approved only after the warning was ticked', async () => {
  const window = await windowFrom(one, () => click(one, 'Allow a token without limit'));
  await window.getByText(/There is no limit/).waitFor();
  const approve = window.getByRole('button', { name: 'Approve', exact: true });
  assert.ok(await cannot(approve.click({ timeout: 1_000 }), one), 'nothing happens before the tick');
  const told = await decide(one, window, 'Reject');
  assert.match(told.detail, /4001/);
});

test('a refusal is 4001, changes nothing on the chain, and is written down for the person', async () => {
  const before = await chain.getTransactionCount({ address });
  const told = await person.ask(one, 'Send', 'Reject');
  assert.ok(told.refused);
  assert.match(told.detail, /4001/);
  assert.equal(await chain.getTransactionCount({ address }), before);
  const page = await person.browser.open(world.wallet);
  await openSection(page, 'Activity');
  await page.getByText('Rejected').first().waitFor();
  await page.close();
});

test('a second dApp on another origin gets the same address, without another sign-in', async () => {
  const two = await person.connect(await world.site('two', { name: 'Site Two' }));
  assert.equal(await shownAddress(two), address);
  await two.close();
});

test('after a reload the dApp is still connected, and nobody was asked', async () => {
  const pages = person.browser.context.pages().length;
  await one.reload();
  assert.equal(await shownAddress(one), address);
  assert.equal(person.browser.context.pages().length, pages);
});

test('after disconnecting the dApp knows nobody, also after a reload, and has to ask again', async () => {
  await answerTo(one, () => click(one, 'Disconnect'));
  await one.getByText('Nobody is connected.').waitFor();
  await one.reload();
  await one.getByText('Nobody is connected.').waitFor();
  const window = await windowFrom(one, () => click(one, 'Connect'));
  await window.getByRole('heading', { name: /^Connect to / }).waitFor();
  await decide(one, window, 'Connect');
  assert.equal(await shownAddress(one), address);
});

test('disconnected in the wallet, a dApp is refused with 4100, and no window shows', async () => {
  const page = await person.browser.open(world.wallet);
  await openSection(page, 'Apps');
  await page.getByRole('button', { name: /^Disconnect .*one/ }).click();
  await page.getByRole('button', { name: 'Disconnect', exact: true }).last().click();
  await page.getByText('Site One').waitFor({ state: 'detached' });
  await page.close();
  const told = await answerTo(one, () => click(one, 'Sign a message'));
  assert.match(told.detail, /4100/);
  await one.getByText('Nobody is connected.').waitFor();
});

/** Whether the click ended nothing: no answer reached the dApp. */
async function cannot(clicked: Promise<void>, dapp: Page): Promise<boolean> {
  const before = await dapp.locator('[data-show="log"] > li').count();
  await clicked.catch(() => undefined);
  return (await dapp.locator('[data-show="log"] > li').count()) === before;
}
