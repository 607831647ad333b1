import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { verifyMessage } from 'viem';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { addressOn, answerTo, click, decide, Person } from './person.ts';

// A dApp that parts itself from the windows it opens (Cross-Origin-Opener-Policy: same-origin): the two have no handle of one
// another, and what they say goes through the cloud's relay, sealed.
const parted = { 'cross-origin-opener-policy': 'same-origin' };
let world: BrowserWorld;
let person: Person;

before(async () => {
  world = await bootBrowserWorld();
  person = await Person.arrive(world);
  await person.account();
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

test('a registered dApp under COOP same-origin connects and gets a signature, through the relay', async () => {
  const dapp = await person.browser.open(await world.site('parted', { name: 'Parted', headers: parted }));
  const window = await windowOf(() => click(dapp, 'Connect'));
  await window.getByRole('heading', { name: /^Connect to parted/ }).waitFor();
  assert.equal(await window.evaluate('opener'), null, 'the control: there is no opener');
  assert.equal((await decide(dapp, window, 'Connect')).title, 'Connected');
  const address = await addressOn(dapp);

  const asked = await windowOf(() => click(dapp, 'Sign a message'));
  const message = `Hello from ${new URL(dapp.url()).host}.`;
  await asked.getByText(message).first().waitFor();
  const told = await decide(dapp, asked, 'Sign');
  assert.ok(await verifyMessage({ address, message, signature: told.detail as `0x${string}` }));
  await dapp.close();
});

test('what passes through the cloud is sealed: no request can be read there', async () => {
  const seen: string[] = [];
  const dapp = await person.browser.open(await world.site('sealed', { name: 'Sealed', headers: parted }));
  person.browser.context.on('request', (request) => {
    if (request.url().includes('/v1/relay')) seen.push(`${request.url()} ${request.postData() ?? ''}`);
  });
  const window = await windowOf(() => click(dapp, 'Connect'));
  await decide(dapp, window, 'Connect');
  assert.ok(seen.length > 2, 'the control: the relay was used');
  for (const sent of seen) assert.doesNotMatch(sent, /eth_requestAccounts|0x[0-9a-f]{40}|Connect/i);
  await dapp.close();
});

test('an unregistered dApp gets no relay: the wallet shows no question of a page that it cannot tell from another', async () => {
  const dapp = await person.browser.open(await world.site('stranger', { name: null, headers: parted }));
  const window = await windowOf(() => click(dapp, 'Connect'));
  await window
    .getByText(/does not say safely which app is asking|did not work/)
    .first()
    .waitFor();
  assert.equal(await window.getByRole('button', { name: 'Connect', exact: true }).count(), 0);
  const told = await answerTo(dapp, () => window.close());
  assert.ok(told.refused);
});

/** The window has no opener: it is a new page of the browser, and no popup of the dApp's. */
async function windowOf(act: () => Promise<unknown>) {
  const [window] = await Promise.all([person.browser.context.waitForEvent('page'), act()]);
  return window;
}
