import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { utf8 } from '@symbolon/crypto';
import { keyCheck, mailCodeAnswer, paths, thumbprint } from '@symbolon/protocol';
import { World as Parties } from '../../../../packages/client/src/testing.ts';
import type { Progress } from '../model.ts';
import { testBrowser } from '../testing/browser.ts';
import { Entry, type Person } from './entry.ts';

type Browser = ReturnType<typeof testBrowser>;

let parties: Parties;
let browser: Browser;
beforeEach(() => {
  parties = new Parties();
  browser = testBrowser(parties);
});

/** A page at which somebody wants to get in, and all that it showed. */
function open({ tab }: Browser) {
  const shown: Progress[] = [];
  const opened: string[] = [];
  const waiting: { step: Progress['step']; seen: (progress: Progress) => void }[] = [];
  const forgotten = { times: 0 };
  const world = tab();
  const entry = new Entry({
    world,
    show: (progress) => {
      shown.push(progress);
      for (const one of waiting.splice(0)) {
        if (one.step === progress.step) one.seen(progress);
        else waiting.push(one);
      }
    },
    openSignIn: (issuer) => opened.push(issuer),
    forgetDevice: () => {
      forgotten.times += 1;
    },
  });
  const steps = () => shown.map(({ step }) => step).filter((step, at, all) => step !== all[at - 1]);
  const until = <S extends Progress['step']>(step: S) =>
    new Promise<Extract<Progress, { step: S }>>((resolve) => {
      waiting.push({ step, seen: (progress) => resolve(progress as Extract<Progress, { step: S }>) });
    });
  return { entry, world, shown, steps, until, opened, forgotten };
}

/** Ada with a wallet that this browser made. */
async function atHome(): Promise<Person> {
  await browser.signIn();
  return open(browser).entry.person();
}

describe('somebody new', () => {
  it('signs in in another window, gets a wallet, and its address once it is there', async () => {
    const { entry, steps, shown, opened, until } = open(browser);
    const asked = until('sign-in');
    const entered = entry.person();
    const { issuers } = await asked;
    assert.deepEqual(
      issuers.map(({ url }) => url),
      [browser.issuer.url],
    );
    entry.signIn(browser.issuer.url);
    assert.deepEqual(opened, [browser.issuer.url]);
    await browser.signIn();

    const person = await entered;
    assert.match(person.address, /^0x[0-9a-fA-F]{40}$/);
    assert.deepEqual([person.email, person.notices], ['ada@example.com', []]);
    assert.deepEqual(steps(), ['sign-in', 'loading', 'creating']);
    const done = shown.flatMap((progress) => (progress.step === 'creating' ? [progress.done] : []));
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
    );
    assert.ok(shown.every((progress) => progress.step !== 'creating' || progress.done < progress.of));
  });

  it('who signed in before the page listened is not asked a second time', async () => {
    await browser.signIn();
    const { entry, steps } = open(browser);
    await entry.person();
    assert.ok(!steps().includes('sign-in'));
  });
});

describe('somebody known', () => {
  it('has the same address again, without a question', async () => {
    const { address } = await atHome();
    const { entry, steps } = open(browser);
    const again = await entry.person();
    assert.equal(again.address, address);
    assert.deepEqual(steps(), ['loading']);
  });

  it('is recalled without a screen, and nobody else is', async () => {
    const stranger = open(browser);
    assert.equal(await stranger.entry.recalled(), null);
    const { address } = await atHome();
    const page = open(browser);
    assert.equal((await page.entry.recalled())?.address, address);
    assert.deepEqual([...stranger.shown, ...page.shown], []);
  });

  it('signs in again where the issuer has ended it, and goes on', async () => {
    const { address } = await atHome();
    browser.issuer.alive.clear();
    parties.clock.at += 600_000;
    const { entry, steps, until } = open(browser);
    const asked = until('sign-in');
    const entered = entry.person();
    await asked;
    await browser.signIn();
    assert.equal((await entered).address, address);
    assert.deepEqual(steps(), ['loading', 'sign-in', 'loading']);
  });

  it('is told which party does not answer, and gets in when it does', async () => {
    const { address } = await atHome();
    parties.on('kms/wallets/find', () => () => {
      throw new TypeError('fetch failed');
    });
    const { entry, until } = open(browser);
    const failed = until('problem');
    const entered = entry.person();
    assert.deepEqual((await failed).problem, { code: 'party-unreachable', retry: true, party: 'kms' });
    parties.honest();
    entry.retry();
    assert.equal((await entered).address, address);
  });
});

describe('somebody on a new device', () => {
  let home: Person;
  let phone: Browser;
  beforeEach(async () => {
    home = await atHome();
    phone = testBrowser(parties);
    await phone.signIn();
  });

  it('is let in by the old one, which shows the same check, and is told how the wallet was made', async () => {
    const { entry, until } = open(phone);
    const asked = until('new-device');
    const entered = entry.person();
    const { keyCheck: check, requestText, mail } = await asked;
    assert.deepEqual([check, mail], [keyCheck(phone.key.point), { state: 'not-asked' }]);

    const { client } = browser.tab();
    const request = client.readRequest(requestText);
    assert.equal(request.check, check);
    await client.approve(request.key, 'phone');
    entry.lookAgain();
    const { address, notices } = await entered;
    assert.equal(address, home.address);
    assert.deepEqual(
      notices.map((one) => one.what),
      ['made'],
    );
  });

  it('who mistypes the mailed code is told so, may type it again, or be let in by the old one', async () => {
    const until = parties.clock.at + 600_000;
    const wrong = { type: 'x', title: 'Refused', status: 403, code: 'code-wrong', detail: '' };
    phone = testBrowser(parties, 'ada', async (request) => {
      if (request.url.endsWith(paths.mailCode)) return { status: 200, body: mailCodeAnswer.encode({ expires: until }) };
      if (request.url.endsWith(paths.confirmMail)) return { status: 403, body: utf8(JSON.stringify(wrong)) };
      return parties.transport(request);
    });
    await phone.signIn();
    const { entry, shown, until: step } = open(phone);
    const mail = async (act: () => void) => {
      const next = step('new-device');
      act();
      return (await next).mail;
    };
    const entered = Promise.withResolvers<Person>();
    const begin = () => entered.resolve(entry.person());
    assert.deepEqual(await mail(begin), { state: 'not-asked' });
    assert.deepEqual(await mail(() => entry.requestCode()), { state: 'sent', until, wrong: false });
    for (const code of ['1234 5678', '87654321']) {
      assert.deepEqual(await mail(() => entry.giveCode(code)), { state: 'checking' });
      assert.deepEqual(await mail(() => {}), { state: 'sent', until, wrong: true });
    }
    assert.ok(shown.every((progress) => progress.step !== 'problem'));
    await browser.tab().client.approve(phone.key.point, 'phone');
    entry.lookAgain();
    assert.equal((await entered.promise).address, home.address);
  });

  it('whose key was revoked begins as a new one, and never gets in with the old', async () => {
    const { client } = browser.tab();
    await client.approve(phone.key.point, 'phone');
    await client.revoke(thumbprint(phone.key.point));
    const { entry, until, forgotten } = open(phone);
    const failed = until('problem');
    void entry.person();
    assert.deepEqual((await failed).problem, { code: 'device-revoked', retry: true, party: null });
    assert.equal(forgotten.times, 0);
    entry.retry();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(forgotten.times, 1);
  });
});
