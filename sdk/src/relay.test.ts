import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { refusal } from './errors.ts';
import { openWindow } from './popup.ts';
import { fromBase64Url, toBase64Url } from './random.ts';
import { listenAtRelay, prepareChannel } from './relay.ts';
import { exportSealKey, generateSealKey, type Sealed, sealBetween } from './seal.ts';
import { alice, FakePage } from './testing.ts';

interface Passed {
  from: string;
  seq: number;
  sealed: string;
}

/** The relay's HTTP, for one channel. */
async function startRelay(passed: Passed[] = []) {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      passed.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end('{}');
      return;
    }
    const query = new URL(request.url ?? '', 'http://relay').searchParams;
    const news = () => passed.filter(({ from, seq }) => from === query.get('from') && seq > Number(query.get('after')));
    while (news().length === 0 && !request.destroyed) await new Promise((resolve) => setTimeout(resolve, 5));
    response.end(JSON.stringify({ messages: news().map(({ seq, sealed }) => ({ seq, sealed })) }));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The wallet's page, which knows nothing but what is in its URL. */
async function walletAt(fragment: string, passed: Passed[]) {
  const [channel = '', publicKey = ''] = fragment.slice('#relay='.length).split('.');
  const keys = await generateSealKey();
  const sealed = await sealBetween('wallet', channel, keys, fromBase64Url(publicKey));
  let seq = 0;
  return {
    sealed,
    async say(message: unknown) {
      const bytes = await sealed.seal(seq, message);
      const key = seq === 0 ? await exportSealKey(keys.publicKey) : new Uint8Array();
      passed.push({ from: 'wallet', seq, sealed: toBase64Url(new Uint8Array([...key, ...bytes])) });
      seq += 1;
    },
  };
}

const ready = { symbolon: 1, what: 'ready' };

test('behind COOP a window answers through the relay, though its handle says closed all the while', async () => {
  await using relay = await startRelay();
  const page = new FakePage();
  page.crossOriginIsolated = true;
  page.loads = false;
  const channel = await prepareChannel();
  const place = { origin: 'https://wallet.example', appId: 'shop', relayUrl: async () => relay.url };
  const surface = openWindow(page.asPage(), place, channel, () => {});
  page.last.closed = true;
  const question = { method: 'eth_requestAccounts', params: [], chainId: '0x1', deadline: Date.now() + 10_000 };
  const asked = surface.conversation.ask(question);

  const wallet = await walletAt(new URL(page.last.url).hash, relay.passed);
  await wallet.say(ready);
  const heard = async (seq: number) => {
    let message: Passed | undefined;
    while (message === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      message = relay.passed.find((one) => one.from === 'dapp' && one.seq === seq);
    }
    return wallet.sealed.open(seq, fromBase64Url(message.sealed)) as Promise<{ id: string }>;
  };
  assert.deepEqual(await heard(0), { symbolon: 1, what: 'open', appId: 'shop' });
  const { id } = await heard(1);
  await wallet.say({ id, result: [alice] });
  assert.deepEqual(await asked, [alice]);

  const again = surface.conversation.ask(question);
  await wallet.say({ event: 'hide' });
  await assert.rejects(again, { reason: 'popup-closed' }, 'the page says that it goes, since nobody can see it');
});

/** What the dApp heard before it gave the line up. */
async function hearAll(tamper: (passed: Passed[], wallet: Awaited<ReturnType<typeof walletAt>>) => Promise<void>) {
  await using relay = await startRelay();
  const channel = await prepareChannel();
  const wallet = await walletAt(channel.fragment, relay.passed);
  await wallet.say(ready);
  await wallet.say('one');
  await wallet.say('two');
  await tamper(relay.passed, wallet);
  const heard: unknown[] = [];
  const stop = new AbortController();
  const lost = await new Promise<boolean>((resolve) => {
    const ears = {
      ready: () => heard.push('ready'),
      hear: (message: unknown) => {
        heard.push(message);
        if (message === 'three') resolve(false);
      },
      lost: () => resolve(true),
    };
    void listenAtRelay(relay.url, channel, ears, stop.signal);
  });
  stop.abort();
  return { heard, lost };
}

test('an honest relay: everything is heard once and in order', async () => {
  const { heard, lost } = await hearAll(async (_, wallet) => wallet.say('three'));
  assert.deepEqual({ heard, lost }, { heard: ['ready', 'one', 'two', 'three'], lost: false });
});

const attacks: [string, (passed: Passed[]) => void, unknown[]][] = [
  ['swaps two messages', (p) => p.splice(1, 2, { ...at(p, 2), seq: 1 }, { ...at(p, 1), seq: 2 }), ['ready']],
  ['leaves one out', (p) => p.splice(1, 1), ['ready']],
  ['repeats one under the next number', (p) => p.push({ ...at(p, 2), seq: 3 }), ['ready', 'one', 'two']],
  ['repeats one under its number', (p) => p.splice(2, 0, at(p, 1)), ['ready', 'one']],
  ['flips a bit', (p) => p.splice(1, 1, flip(at(p, 1))), ['ready']],
  ['puts a key of its own before the first', (p) => p.splice(0, 1, flip(at(p, 0))), []],
  ['says something itself', (p) => p.splice(0, 1, { from: 'wallet', seq: 0, sealed: 'AAAA' }), []],
];
for (const [name, tamper, expected] of attacks) {
  test(`a relay that ${name} is noticed, and the line given up`, async () => {
    const { heard, lost } = await hearAll(async (passed) => {
      tamper(passed);
    });
    assert.deepEqual({ heard, lost }, { heard: expected, lost: true });
  });
}

function at(passed: Passed[], index: number): Passed {
  const message = passed[index];
  if (message === undefined) throw new Error('no such message');
  return message;
}

function flip(message: Passed): Passed {
  const bytes = fromBase64Url(message.sealed);
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  return { ...message, sealed: toBase64Url(bytes) };
}

test('what one side seals opens in its own direction, place and channel only', async () => {
  const [dapp, wallet] = await Promise.all([generateSealKey(), generateSealKey()]);
  const keys = { dapp: await exportSealKey(dapp.publicKey), wallet: await exportSealKey(wallet.publicKey) };
  const channel = 'AAAAAAAAAAAAAAAAAAAAAA';
  const mine = await sealBetween('dapp', channel, dapp, keys.wallet);
  const theirs = await sealBetween('wallet', channel, wallet, keys.dapp);
  const elsewhere = await sealBetween('wallet', 'BBBBBBBBBBBBBBBBBBBBBB', wallet, keys.dapp);
  const sealed = (await mine.seal(3, { a: 1 })) as Uint8Array<ArrayBuffer>;
  assert.deepEqual(await theirs.open(3, sealed), { a: 1 });
  const wrong: [Sealed, number][] = [
    [theirs, 2],
    [mine, 3],
    [elsewhere, 3],
  ];
  for (const [end, seq] of wrong) await assert.rejects(end.open(seq, sealed));
});

test('the seal is what the README says: made anew with another implementation of every part', async () => {
  const keys = await generateSealKey();
  const channel = 'AAAAAAAAAAAAAAAAAAAAAA';
  const other = createECDH('prime256v1');
  other.generateKeys();
  const theirs = new Uint8Array(other.getPublicKey());
  const mine = await exportSealKey(keys.publicKey);
  const end = await sealBetween('dapp', channel, keys, theirs);
  const sealed = Buffer.from(await end.seal(5, ready));

  const hmac = (key: Buffer, ...parts: (Uint8Array | string)[]) =>
    parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest();
  const prk = hmac(Buffer.from(channel), other.computeSecret(mine));
  const key = hmac(prk, 'symbolon/relay/v1 dapp', mine, theirs, Uint8Array.of(1));
  const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from('000000000000000000000005', 'hex'));
  cipher.setAuthTag(sealed.subarray(-16));
  const opened = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  assert.deepEqual(JSON.parse(opened.toString()), ready);
});

test('a window that never speaks, neither to its page nor at the relay, was closed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
  const page = new FakePage();
  page.loads = false;
  const place = { origin: 'https://wallet.example', appId: undefined, relayUrl: async () => 'http://127.0.0.1:9' };
  const surface = openWindow(page.asPage(), place, await prepareChannel(), () => {});
  page.last.closed = true;
  for (let at = 0; at < 14_000; at += 50) t.mock.timers.tick(50);
  assert.equal(surface.conversation.ended, false);
  for (let at = 0; at < 3_000; at += 50) t.mock.timers.tick(50);
  assert.equal(surface.conversation.ended, true);
  assert.equal(refusal('popup-closed').code, 4001);
});
