import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type BrowserWorld, bootBrowserWorld } from './browserWorld.ts';
import { answerTo, click, decide, Person, windowFrom } from './person.ts';

const byMail = /^Continue with e-mail|Continue with .*[Mm]ail/;
let world: BrowserWorld;
let person: Person;
let origin: string;

before(async () => {
  world = await bootBrowserWorld();
  origin = await world.site('one', { name: 'Site One' });
  person = await Person.arrive(world);
  await person.account();
});
after(async () => {
  await person?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
});

test('a window that the browser blocks is said to be blocked, at once', async () => {
  const page = await person.browser.context.newPage();
  // No click: a browser opens no window for a page that somebody only looks at.
  await page.addInitScript(() => {
    addEventListener('eip6963:announceProvider', (event) => {
      const { provider } = (event as CustomEvent).detail;
      provider.request({ method: 'eth_requestAccounts' }).catch((error: { code: number; reason: string }) => {
        document.title = `${error.code} ${error.reason}`;
      });
    });
  });
  await page.goto(origin);
  await page.waitForFunction(() => document.title.includes('popup'));
  assert.match(await page.title(), /popup-blocked/);
  await page.close();
});

test('a person who closes the window has rejected: 4001, and the dApp can ask again', async () => {
  const dapp = await person.browser.open(origin);
  const window = await windowFrom(dapp, () => click(dapp, 'Connect'));
  await window.getByRole('heading', { name: /^Connect to / }).waitFor();
  const told = await answerTo(dapp, () => window.close());
  assert.match(told.detail, /4001/);
  const again = await windowFrom(dapp, () => click(dapp, 'Connect'));
  assert.equal((await decide(dapp, again, 'Connect')).title, 'Connected');
  await dapp.close();
});

for (const party of ['cloud', 'kms', 'signer'] as const) {
  test(`while the ${party} is down nothing is signed, words say so, and trying again works once it is back`, async () => {
    const dapp = await person.browser.open(origin);
    await world.devnet.kill(party, 'SIGKILL');
    const window = await windowFrom(dapp, () => click(dapp, 'Sign a message'));
    const sign = window.getByRole('button', { name: 'Sign', exact: true });
    const words = window.getByText(/does not answer|refused|busy/).first();
    await sign.or(words).first().waitFor();
    if (await sign.isVisible()) await sign.click();
    await words.waitFor();
    assert.equal(await dapp.getByText('Message signed').count(), 0);

    await world.devnet.restart(party);
    await click(window, 'Try again');
    // Approved before the party was missed, it is not asked again; missed before, it is.
    const signed = dapp.getByText('Message signed');
    await Promise.any([sign.click(), signed.waitFor()]);
    await signed.waitFor();
    await dapp.close();
  });
}

test('while the sign-in service is down words say so, and trying again leads to it once it is back', async () => {
  await using newcomer = await Person.arrive(world);
  const page = await newcomer.browser.open(world.wallet);
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
  await world.devnet.kill('issuer', 'SIGKILL');
  await click(page, byMail);
  await page.getByText('The sign-in service does not answer.').waitFor();
  await world.devnet.restart('issuer');
  await click(page, 'Try again');
  const choice = page.getByRole('button', { name: byMail });
  const issuer = page.getByLabel('Your e-mail address');
  await choice.or(issuer).first().waitFor();
  if (await choice.isVisible()) await choice.click();
  await issuer.waitFor();
});

test('while the chain is down nothing is sent, words say so, and the dApp has an answer', async () => {
  const dapp = await person.browser.open(origin);
  await world.devnet.kill('chain', 'SIGKILL');
  const window = await windowFrom(dapp, () => click(dapp, 'Send'));
  await window
    .getByText(/The network does not answer|The network could not say/)
    .first()
    .waitFor();
  const told = await answerTo(dapp, () => window.close());
  assert.ok(told.refused);
  await world.devnet.restart('chain');
  assert.match((await person.ask(dapp, 'Sign a message', 'Sign')).title, /signed/);
  await dapp.close();
});
