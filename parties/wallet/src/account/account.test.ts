import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { keyCheck } from '@symbolon/protocol';
import { World as Parties } from '../../../../packages/client/src/testing.ts';
import type { AccountView, Progress } from '../model.ts';
import { firstSettings } from '../settings.ts';
import { Store } from '../store.ts';
import { testBrowser } from '../testing/browser.ts';
import { refused } from '../testing/chain.ts';
import { AccountPage } from './account.ts';

const site = { origin: 'https://shop.example', name: 'Shop', icon: null };

/** Where the page sends its window. */
const went: string[] = [];
const had = Object.getOwnPropertyDescriptor(globalThis, 'location');
before(() => {
  const location = {
    origin: 'https://wallet.example',
    assign: (to: string) => went.push(to),
    replace: (to: string) => went.push(to),
    reload: () => went.push('reload'),
  };
  Object.defineProperty(globalThis, 'location', { value: location, configurable: true });
});
after(() => {
  if (had === undefined) Reflect.deleteProperty(globalThis, 'location');
  else Object.defineProperty(globalThis, 'location', had);
});

let parties: Parties;
let browser: ReturnType<typeof testBrowser>;
beforeEach(async () => {
  parties = new Parties();
  browser = testBrowser(parties);
  browser.chain.answers['eth_getBalance'] = () => '0xde0b6b3a7640000';
  await browser.signIn();
  went.length = 0;
});

/** The account page in a tab of its own. */
function open() {
  const world = browser.tab();
  const view = new Store<AccountView>({
    progress: { step: 'loading' },
    account: null,
    approval: null,
    failed: null,
    notices: [],
    busy: null,
    thenClose: false,
    development: true,
    release: null,
    settings: firstSettings,
  });
  return { page: new AccountPage(world, view), view, world };
}

async function opened() {
  const parts = open();
  await parts.page.show();
  return parts;
}

async function at(view: Store<AccountView>, step: Progress['step']): Promise<void> {
  while (view.state.progress.step !== step) await delay(1);
}

async function idle(view: Store<AccountView>): Promise<void> {
  do await delay(1);
  while (view.state.busy !== null);
}

describe('the account page', () => {
  it('shows address, balance, this device and how the wallet was made, once all of it is there', async () => {
    const { view } = await opened();
    const { progress, account } = view.state;
    assert.deepEqual(progress, { step: 'idle' });
    assert.match(account?.address ?? '', /^0x[0-9a-fA-F]{40}$/);
    assert.deepEqual(account?.balances[0]?.amount, { text: '1', symbol: 'ETH' });
    assert.deepEqual([account?.devices.map(({ current }) => current), account?.made.how], [[true], 'created']);
    assert.equal(account?.alarm, null);
  });

  it('shows what there is where a chain does not answer', async () => {
    browser.chain.answers['eth_getBalance'] = () => {
      throw refused('down');
    };
    const { view } = await opened();
    assert.deepEqual(
      view.state.account?.balances.map(({ amount }) => amount),
      [null],
    );
  });

  it('says that nothing is to be signed where the receipts do not fit', async () => {
    const { world } = await opened();
    parties.receipt({ wallet: (await world.client.wallet()).id });
    assert.equal((await opened()).view.state.account?.alarm, null);
    parties.receipts.shift();
    assert.equal((await opened()).view.state.account?.alarm, 'receipts-inconsistent');
  });

  it('takes from a site what it may see, and its dialog’s key with that', async () => {
    const { page, view, world } = await opened();
    const { address = '' } = view.state.account ?? {};
    await world.permissions.grant({ ...site, address, since: 1 });
    await world.client.approve(testBrowser(parties).key.point, 'In shop.example', site.origin);
    page.refresh();
    await idle(view);
    assert.deepEqual(
      view.state.account?.apps.map(({ app, embedded }) => [app.origin, embedded]),
      [[site.origin, true]],
    );
    page.disconnect(site.origin);
    await idle(view);
    assert.deepEqual([view.state.account?.apps, view.state.account?.devices.length], [[], 1]);
    assert.deepEqual(await world.permissions.of(site.origin), []);
  });

  it('lets a device in by what that one shows, after its check was compared', async () => {
    const { page, view } = await opened();
    const phone = testBrowser(parties);
    await phone.signIn();
    page.readDevice(`${phone.tab().client.requestText()} `);
    await idle(view);
    assert.equal(view.state.approval?.check, keyCheck(phone.key.point));
    page.approveDevice('  phone ');
    await idle(view);
    assert.equal(view.state.approval, null);
    assert.deepEqual(view.state.account?.devices.map(({ name }) => name).slice(1), ['phone']);
    assert.equal((await phone.tab().client.open()).status, 'ready');
  });

  it('says what is wrong with a pasted text, and everything else stays', async () => {
    const { page, view } = await opened();
    page.readDevice('symbolon-device-1:elsewhere:AAAA:BBBB');
    await idle(view);
    assert.equal(view.state.failed?.code, 'request-text-invalid');
    assert.equal(view.state.approval, null);
    assert.deepEqual(view.state.progress, { step: 'idle' });
  });

  it('lets nobody in with a release that was withdrawn', async () => {
    const { page, view, world } = await opened();
    const phone = testBrowser(parties);
    await phone.signIn();
    page.readDevice(phone.tab().client.requestText());
    await idle(view);
    view.set({ release: 'release-withdrawn' });
    page.approveDevice('phone');
    await idle(view);
    assert.equal((await world.client.devices()).length, 1);
  });

  it('does one thing at a time', async () => {
    const { page, view, world } = await opened();
    const key = testBrowser(parties).key.point;
    const { deed } = await world.client.approve(key, 'phone');
    page.refresh();
    page.revokeDevice(view.state.account?.devices[0]?.id ?? '');
    await idle(view);
    assert.equal((await world.client.devices()).length, deed.devices.length);
  });

  it('takes a device out, for ever', async () => {
    const { page, view, world } = await opened();
    await world.client.approve(testBrowser(parties).key.point, 'phone');
    page.refresh();
    await idle(view);
    page.revokeDevice(view.state.account?.devices.find(({ current }) => !current)?.id ?? '');
    await idle(view);
    assert.equal(view.state.account?.devices.length, 1);
  });

  it('keeps settings for every page of this browser', async () => {
    const { page, view } = await opened();
    page.change({ theme: 'dark', signTransactions: true });
    while (view.state.settings.theme !== 'dark') await delay(1);
    const { settings } = (await opened()).view.state;
    assert.deepEqual(settings, { ...firstSettings, theme: 'dark', signTransactions: true });
  });
});

describe('somebody who is not signed in', () => {
  it('goes to the issuer they chose, and comes back to this page', async () => {
    await browser.tab().sessions.end();
    const { page, view } = open();
    void page.show();
    await at(view, 'sign-in');
    page.signIn(browser.issuer.url);
    while (went.length === 0) await delay(1);
    const to = new URL(went[0] ?? '');
    assert.equal(to.origin, browser.issuer.url);
    assert.equal(to.searchParams.get('redirect_uri'), 'https://wallet.example/callback');
  });

  it('is told where the issuer does not answer, and tries again', async () => {
    await browser.tab().sessions.end();
    browser.issuer.reachable = false;
    const { page, view } = open();
    void page.show();
    await at(view, 'sign-in');
    page.signIn(browser.issuer.url);
    await at(view, 'problem');
    const problem = { code: 'party-unreachable', retry: true, party: 'issuer' };
    assert.deepEqual(view.state.progress, { step: 'problem', problem });
    browser.issuer.reachable = true;
    page.retry();
    await at(view, 'sign-in');
    assert.deepEqual(went, []);
  });

  it('is signed out in every tab at once', async () => {
    await opened();
    const other = await opened();
    other.page.signOut();
    while (went.length < 2) await delay(1);
    assert.deepEqual(went.sort(), ['/', 'reload']);
    assert.equal(await other.world.sessions.who(), null);
  });
});
