import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { relayMessages } from '@symbolon/protocol';
import { createApp, createLogger, Metrics } from '@symbolon/service';
import { Relay, relayLimits } from './relay.ts';
import { relayRoutes } from './relayRoutes.ts';

const channel = 'AAAAAAAAAAAAAAAAAAAAAA';
const other = 'BBBBBBBBBBBBBBBBBBBBBB';
const nameOf = (index: number) => String(index).padStart(22, 'x');
const from = 'dapp';
const code = (error: string) => ({ code: error });

function open() {
  const clock = { now: 0 };
  const relay = new Relay(() => clock.now);
  const post = (seq: number, sealed = `m${seq}`, name = channel, address = 'a') =>
    relay.post({ channel: name, from, seq, sealed }, address);
  const read = (after: number, name = channel, address = 'b') =>
    relay.read({ channel: name, from, after: String(after) }, address);
  return { clock, relay, post, read };
}

describe('a channel', () => {
  it('gives each side’s messages in their order, whoever came first', async () => {
    const { relay, post, read } = open();
    const waiting = read(-1);
    post(0);
    assert.deepEqual(await waiting, { messages: [{ seq: 0, sealed: 'm0' }] });
    post(1);
    relay.post({ channel, from: 'wallet', seq: 0, sealed: 'answer' }, 'b');
    assert.deepEqual(await read(-1), {
      messages: [
        { seq: 0, sealed: 'm0' },
        { seq: 1, sealed: 'm1' },
      ],
    });
    const back = await relay.read({ channel, from: 'wallet', after: '-1' }, 'a');
    assert.deepEqual(back, { messages: [{ seq: 0, sealed: 'answer' }] });
  });

  it('takes a retry as before, and nothing out of turn', () => {
    const { post } = open();
    post(0);
    post(0);
    assert.throws(() => post(0, 'another'), code('relay-sequence'));
    assert.throws(() => post(2), code('relay-sequence'));
    post(1);
    assert.throws(() => post(3), code('relay-sequence'));
  });

  it('drops what its reader has acknowledged, and counts on', async () => {
    const { relay, post, read } = open();
    post(0);
    post(1);
    assert.deepEqual(await read(0), { messages: [{ seq: 1, sealed: 'm1' }] });
    assert.equal(relay.size.bytes, 2);
    post(0, 'an old number is not new again');
    post(2);
    assert.deepEqual(await read(1), { messages: [{ seq: 2, sealed: 'm2' }] });
  });

  it('ends after its messages are used up', () => {
    const { post } = open();
    for (let seq = 0; seq < relayMessages; seq += 1) post(seq);
    assert.throws(() => post(relayMessages), code('relay-sequence'));
  });

  it('is forgotten two minutes after it was last heard, and after ten in any case', async () => {
    const { clock, relay, post } = open();
    post(0);
    clock.now = 119_999;
    relay.sweep();
    assert.equal(relay.size.channels, 1);
    clock.now = 120_000;
    relay.sweep();
    assert.deepEqual(relay.size, { channels: 0, bytes: 0, waiting: 0 });

    clock.now = 200_000;
    post(0);
    for (const minute of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      clock.now = 200_000 + minute * 60_000;
      post(minute);
    }
    clock.now = 800_000;
    relay.sweep();
    assert.equal(relay.size.channels, 0);
  });
});

describe('strangers', () => {
  it('who guess a channel wait for nothing, as for one that does not exist, and change neither', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const { relay, post, read } = open();
      post(0);
      const guess = read(-1, other);
      assert.equal(relay.size.waiting, 1);
      mock.timers.tick(20_000);
      assert.deepEqual(await guess, { messages: [] });
      assert.equal(relay.size.channels, 1);
      assert.equal((await read(-1)).messages.length, 1);
    } finally {
      mock.timers.reset();
    }
  });

  it('fill one channel, one address, or everything up to its bound, and no more', () => {
    const large = 'x'.repeat(262_144);
    const { post, relay } = open();
    for (let seq = 0; seq < 8; seq += 1) post(seq, large);
    assert.throws(() => post(8, 'x'), code('relay-full'));
    for (let index = 0; index < 24; index += 1) post(0, large, nameOf(index));
    assert.throws(() => post(0, 'x', nameOf(99)), code('relay-full'), 'this address has used what it may');
    post(0, 'x', nameOf(99), 'another address');
    assert.ok(relay.size.bytes <= relayLimits.ofAddress.bytes + 1);
    for (let by = 0; relay.size.bytes + large.length <= relayLimits.bytes; by += 1) {
      for (let index = 0; index < 32 && relay.size.bytes + large.length <= relayLimits.bytes; index += 1) {
        post(0, large, nameOf(1_000 + by * 32 + index), `address ${by}`);
      }
    }
    assert.throws(() => post(0, large, nameOf(9_999), 'the last address'), code('relay-full'));
  });

  it('begin so many channels and no more', () => {
    const { post } = open();
    for (let index = 0; index < relayLimits.ofAddress.channels; index += 1) post(0, 'x', nameOf(index));
    assert.throws(() => post(0, 'x', nameOf(999)), code('relay-full'));
    post(0, 'x', nameOf(999), 'another address');
  });

  it('wait so many at a time and no more', async () => {
    const { relay, read } = open();
    const waiting = Array.from({ length: relayLimits.ofChannel.waiting }, () => read(-1));
    await assert.rejects(read(-1), code('relay-full'));
    const more = Array.from({ length: relayLimits.ofAddress.waiting - waiting.length }, (_, n) => read(-1, nameOf(n)));
    await assert.rejects(read(-1, nameOf(999)), code('relay-full'));
    relay.close();
    await Promise.all([...waiting, ...more]);
  });
});

it('whoever waits when it closes is let go at once, and nobody waits after that', async () => {
  const { relay, read } = open();
  const waiting = [read(-1), read(-1, other)];
  relay.close();
  assert.deepEqual(await Promise.all(waiting), [{ messages: [] }, { messages: [] }]);
  assert.deepEqual(await read(-1), { messages: [] });
  assert.equal(relay.size.waiting, 0);
});

describe('over HTTP', () => {
  const relay = new Relay(() => Date.now());
  const log = createLogger({ party: 'test', fields: [], write: () => undefined });
  const registered = 'https://shop.example';
  const app = createApp(
    relayRoutes(relay, (origin) => origin === registered),
    {
      party: 'cloud',
      version: '0',
      log,
      metrics: new Metrics(),
      ready: () => true,
      origins: ['https://wallet.example'],
    },
  );
  const post = (body: unknown, origin = registered) =>
    app.fetch(
      new Request('http://cloud/v1/relay', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify(body),
      }),
    );

  it('pages of registered origins and of the wallet read its answers, others do not', async () => {
    const message = { channel, from, seq: 0, sealed: 'AAAA' };
    for (const [origin, reads] of [
      [registered, true],
      ['https://wallet.example', true],
      ['https://evil.example', false],
      ['null', false],
    ] as const) {
      const response = await post(message, origin);
      assert.equal(response.headers.get('access-control-allow-origin'), reads ? origin : null);
    }
    const query = `channel=${channel}&from=${from}&after=-1`;
    const answer = await app.fetch(new Request(`http://cloud/v1/relay?${query}`, { headers: { origin: registered } }));
    assert.deepEqual(await answer.json(), { messages: [{ seq: 0, sealed: 'AAAA' }] });
  });

  it('what is not of its form is refused', async () => {
    for (const wrong of [
      { channel: 'short', from, seq: 0, sealed: 'AAAA' },
      { channel: `${channel}A`, from, seq: 0, sealed: 'AAAA' },
      { channel, from: 'other', seq: 0, sealed: 'AAAA' },
      { channel, from, seq: -1, sealed: 'AAAA' },
      { channel, from, seq: 0.5, sealed: 'AAAA' },
      { channel, from, seq: relayMessages, sealed: 'AAAA' },
      { channel, from, seq: 0, sealed: 'not base64url!' },
      { channel, from, seq: 0, sealed: '' },
      { channel, from, seq: 0, sealed: 'AAAA', more: 1 },
      [],
    ]) {
      assert.equal((await post(wrong)).status, 400, JSON.stringify(wrong));
    }
    assert.equal((await post({ channel, from, seq: 1, sealed: 'A'.repeat(351_000) })).status, 413);
    const query = `channel=${channel}&from=${from}&after=-2`;
    assert.equal((await app.fetch(new Request(`http://cloud/v1/relay?${query}`))).status, 400);
  });

  it('the end of the process does not wait for those who poll', async () => {
    const listening = await app.listen();
    const query = `channel=${other}&from=${from}&after=-1`;
    const polling = fetch(`${listening.url}/v1/relay?${query}`).then((answer) => answer.json());
    while (relay.size.waiting === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const began = performance.now();
    relay.close();
    await listening.close();
    assert.deepEqual(await polling, { messages: [] });
    assert.ok(performance.now() - began < 2_000);
  });
});
