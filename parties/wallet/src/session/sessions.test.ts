import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { chainLock, hasCode, MemoryStorage } from '@symbolon/client';
import { World as Parties } from '../../../../packages/client/src/testing.ts';
import { newsroom } from '../testing/browser.ts';
import { reaching, TestIssuer } from '../testing/issuer.ts';
import { Sessions } from './sessions.ts';

const callback = 'https://wallet.example/callback';
const failed = (error: unknown) => hasCode(error, 'sign-in-failed');
const told: string[] = [];

let mail: TestIssuer;
let provider: TestIssuer;
let tab: () => Sessions;

beforeEach(() => {
  mail = new TestIssuer('https://mail.example', 'ada');
  provider = new TestIssuer('https://provider.example', 'ada-at-provider');
  const issuers = [mail, provider].map(({ url }) => ({ url, audience: 'wallet' }));
  const deployment = { ...new Parties().deployment, issuers };
  const [storage, lock, room] = [new MemoryStorage(), chainLock(), newsroom()];
  told.length = 0;
  room().listen((news) => told.push(news));
  const parts = { deployment, nonce: 'the-thumbprint', storage, lock, now: Date.now };
  tab = () => new Sessions({ ...parts, news: room(), fetch: reaching(mail, provider) });
});

async function signIn(sessions: Sessions, issuer: TestIssuer, close = false): Promise<{ close: boolean }> {
  const { url } = await sessions.begin(issuer.url, callback, close);
  return sessions.finish(issuer.signIn(url));
}

describe('the sign-in of a device', () => {
  it('is nobody’s at first, and there is no token', async () => {
    assert.equal(await tab().who(), null);
    await assert.rejects(tab().token(), (error) => hasCode(error, 'not-signed-in'));
  });

  it('is everybody’s on this device: other tabs hear of it, and a page loaded anew has it', async () => {
    await signIn(tab(), mail);
    assert.deepEqual(told, ['signed-in']);
    const { subject, mailbox } = (await tab().who()) ?? {};
    assert.deepEqual([subject, mailbox], ['ada', 'ada@example.com']);
    assert.equal((await tab().token()).split('.').length, 3);
  });

  it('says of the window that began it whether it was there for nothing else', async () => {
    assert.deepEqual(await signIn(tab(), mail, true), { close: true });
    assert.deepEqual(await signIn(tab(), mail, false), { close: false });
  });

  it('is at one issuer at a time: the second ends the first, there too', async () => {
    await signIn(tab(), mail);
    const [first] = mail.alive.keys();
    await signIn(tab(), provider);
    assert.equal((await tab().who())?.subject, 'ada-at-provider');
    assert.deepEqual(mail.revoked, [first]);
    assert.deepEqual(provider.revoked, []);
  });

  it('goes on as it was where another one comes to nothing', async () => {
    await signIn(tab(), mail);
    const sessions = tab();
    const { url } = await sessions.begin(provider.url, callback, false);
    const back = new URL(provider.signIn(url));
    back.searchParams.set('state', 'of-somebody-else');
    await assert.rejects(sessions.finish(back.href), failed);
    assert.equal((await tab().who())?.subject, 'ada');
    assert.deepEqual(mail.revoked, []);
  });

  it('is begun only at an issuer of the deployment, and finished only where one was begun', async () => {
    await assert.rejects(tab().begin('https://evil.example', callback, false), failed);
    await assert.rejects(tab().finish(`${callback}?code=c&state=s`), failed);
    await signIn(tab(), mail);
    await assert.rejects(tab().finish(`${callback}?code=c&state=s`), failed);
  });

  it('ends here and at the issuer, and the other tabs hear of that', async () => {
    await signIn(tab(), mail);
    await tab().end();
    assert.equal(await tab().who(), null);
    assert.equal(mail.revoked.length, 1);
    assert.deepEqual(told, ['signed-in', 'signed-out']);
  });

  it('ends here also where the issuer does not answer', async () => {
    await signIn(tab(), mail);
    mail.reachable = false;
    await tab().end();
    assert.equal(await tab().who(), null);
  });
});
