import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { thumbprint } from '@symbolon/protocol';
import { World as Parties, Refuse } from '../../../../packages/client/src/testing.ts';
import { Desk } from '../approve/desk.ts';
import type { ApproveView, Question } from '../model.ts';
import { Entry } from '../session/entry.ts';
import { firstSettings } from '../settings.ts';
import { Store } from '../store.ts';
import { testBrowser } from '../testing/browser.ts';
import { toText } from '../window/base64url.ts';
import { keptErrand } from './courier.ts';
import { askToEnrol } from './enrol.ts';

const origin = 'https://shop.example';
const app = { origin, name: 'Shop', icon: null };

let parties: Parties;
let browser: ReturnType<typeof testBrowser>;
let address: string;
beforeEach(async () => {
  parties = new Parties();
  browser = testBrowser(parties);
  await browser.signIn();
  ({ address } = await entryOf(browser.tab()).person());
});

function entryOf(world: ReturnType<typeof browser.tab>): Entry {
  return new Entry({ world, show: () => {}, openSignIn: () => {}, forgetDevice: () => {} });
}

/** The window that a dialog opened; the person answers its question with `choice`. */
function open(choice: 'approve' | 'reject' | 'leave', key = testBrowser(parties).key) {
  const world = browser.tab();
  const asked: Question[] = [];
  const went: string[] = [];
  const closed = Promise.withResolvers<void>();
  const told: unknown[] = [];
  const first = Promise.withResolvers<unknown>();
  let heard: (message: unknown) => void = () => {};
  const progress = { step: 'loading' } as const;
  const settings = firstSettings;
  const view = new Store<ApproveView>({
    surface: 'window',
    progress,
    app,
    development: true,
    release: null,
    settings,
  });
  const desk = new Desk(view, () => null);
  const line = {
    send: (message: unknown) => {
      told.push(message);
      first.resolve(message);
    },
    listen: (listener: (message: unknown) => void) => {
      heard = listener;
    },
    close: () => {},
  };
  const go = (url: string) => void went.push(url);
  const parts = { world, app, desk, entry: entryOf(world), line, close: () => closed.resolve(), go };
  view.subscribe(({ progress: shown }) => {
    if (shown.step !== 'ask' || shown.busy) return;
    asked.push(shown.question);
    queueMicrotask(() => (choice === 'leave' ? leave() : desk[choice]()));
  });
  const leave = askToEnrol(parts, { do: 'enrol', point: toText(key.point), name: 'In shop.example' });
  const say = (message: unknown) => heard(message);
  return { asked, told, went, say, first: first.promise, closed: closed.promise, key, world };
}

const devices = () => browser.tab().client.devices();

describe('a dialog that wants a key of its own', () => {
  it('has the person asked once; its key then may sign for that site, and for nothing else', async () => {
    const { asked, first, key, world } = open('approve');
    assert.deepEqual(await first, { what: 'enrolled', issuer: browser.issuer.url, address });
    assert.deepEqual(asked, [{ ask: 'embed', app }]);
    const enrolled = (await devices()).find((one) => one.origin !== null);
    assert.deepEqual([enrolled?.origin, enrolled?.name], [origin, 'In shop.example']);
    assert.deepEqual(enrolled?.key, key.point);
    assert.equal((await world.permissions.of(origin))[0]?.address, address);
  });

  it('gets none where the person says no, or leaves, and the site is not connected', async () => {
    for (const choice of ['reject', 'leave'] as const) {
      const { told, closed, world } = open(choice);
      await closed;
      assert.deepEqual(told[0], { what: 'rejected' });
      assert.deepEqual(await world.permissions.of(origin), []);
    }
    assert.equal((await devices()).length, 1);
  });

  it('whose key is in the deed already needs no second place in it', async () => {
    const { first, key } = open('approve');
    await first;
    assert.deepEqual(await open('approve', key).first, { what: 'enrolled', issuer: browser.issuer.url, address });
    assert.equal((await devices()).length, 2);
  });

  it('asks in windows where the deed has no room, and where its key was revoked', async () => {
    parties.on('kms/wallets/deed', () => () => {
      throw new Refuse(400, 'deed-invalid');
    });
    const full = open('approve');
    assert.deepEqual(await full.first, { what: 'no-room' });
    await full.closed;
    parties.honest();

    const { first, key } = open('approve');
    await first;
    await browser.tab().client.revoke(thumbprint(key.point));
    assert.deepEqual(await open('approve', key).first, { what: 'no-room' });
    assert.equal((await devices()).length, 1);
  });

  it('sends the window to the person’s issuer, and nowhere else', async () => {
    const { first, say, went, world } = open('approve');
    await first;
    const errand = { state: 's'.repeat(16), channel: 'c'.repeat(22), point: toText(new Uint8Array(65)) };
    const message = { what: 'sign-in', ...errand };
    say({ ...message, url: 'https://evil.example/auth' });
    say({ ...message, url: 'javascript:alert(1)' });
    say({ what: 'sign-in' });
    await delay(10);
    assert.deepEqual([went, await keptErrand(world.storage, world.lock).read()], [[], null]);

    const url = `${browser.issuer.url}/auth?nonce=n`;
    say({ ...message, url });
    while (went.length === 0) await delay(1);
    assert.deepEqual(went, [url]);
    assert.partialDeepStrictEqual(await keptErrand(world.storage, world.lock).read(), errand);
  });
});
