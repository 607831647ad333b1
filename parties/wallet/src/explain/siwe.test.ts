import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { utf8 } from '@symbolon/crypto';
import { createSiweMessage, parseSiweMessage } from 'viem/siwe';
import { account } from '../testing/asking.ts';
import { fakeChain } from '../testing/chain.ts';
import { explainMessage } from './message.ts';
import { readSiwe, siweFits, writeSiwe } from './siwe.ts';

const origin = 'https://app.example';
const now = new Date('2026-01-02T03:04:05.000Z');
const request = { nonce: 'abcdef123456', chainId: '0x7a69' };
const circumstances = {
  origin,
  registered: true,
  address: account.address,
  chain: fakeChain().chain,
  sentBefore: async () => false,
};
const warningsOf = (text: string) =>
  explainMessage(utf8(text), circumstances, now.getTime()).warnings.map(({ what }) => what);

describe('Sign-In with Ethereum (EIP-4361)', () => {
  it('is written as another implementation writes it, and read back', () => {
    const whole = {
      ...request,
      statement: 'I accept.',
      expirationTime: '2026-01-03T03:04:05.000Z',
      notBefore: '2026-01-01T03:04:05.000Z',
      requestId: 'r1',
      resources: ['https://app.example/tos', 'ipfs://bafy'],
    };
    const text = writeSiwe(account.address, origin, now, whole);
    const expected = createSiweMessage({
      address: account.address,
      chainId: 31_337,
      domain: 'app.example',
      nonce: request.nonce,
      uri: origin,
      version: '1',
      issuedAt: now,
      statement: whole.statement,
      expirationTime: new Date(whole.expirationTime),
      notBefore: new Date(whole.notBefore),
      requestId: 'r1',
      resources: whole.resources,
    });
    assert.equal(text, expected);
    const read = readSiwe(text);
    assert.deepEqual([read?.domain, read?.nonce, read?.resources], ['app.example', request.nonce, whole.resources]);
    assert.equal(parseSiweMessage(text).statement, read?.statement);
  });

  it('without a statement has two empty lines, and both forms are read', () => {
    const text = writeSiwe(account.address, origin, now, request);
    assert.match(text, /\n\n\nURI: /);
    assert.equal(readSiwe(text)?.statement, null);
    assert.equal(readSiwe(writeSiwe(account.address, origin, now, { ...request, statement: 'Hi' }))?.statement, 'Hi');
  });

  it('that departs from the standard by a line is none, and is said to look like one', () => {
    const text = writeSiwe(account.address, origin, now, { ...request, statement: 'Hi' });
    const broken = [
      text.replace('Version: 1', 'Version: 2'),
      text.replace(/Nonce: .*\n/, ''),
      text.replace('abcdef123456', 'short'),
      text.replace('URI: https', 'URI: not a uri https'),
      text.replace(account.address, '0x1234'),
      `${text}\n`,
      `${text}\nSurplus: 1`,
      text.replace('Issued At: 2026', 'Issued At: soon 2026'),
    ];
    for (const one of broken) {
      assert.equal(readSiwe(one), null, one);
      assert.ok(warningsOf(one).includes('sign-in-malformed'), one);
    }
  });

  it('is for the asking site only: host, port and, where given, scheme', () => {
    assert.equal(siweFits({ scheme: null, domain: 'app.example' }, origin), true);
    assert.equal(siweFits({ scheme: 'https', domain: 'app.example' }, origin), true);
    assert.equal(siweFits({ scheme: null, domain: 'localhost:3000' }, 'http://localhost:3000'), true);
    const foreign = [
      'bank.example',
      'app.example.evil.example',
      'app.example:8443',
      'user@app.example',
      'APP.example',
      'xn--app.example',
    ];
    for (const domain of foreign) assert.equal(siweFits({ scheme: null, domain }, origin), false, domain);
    assert.equal(siweFits({ scheme: 'http', domain: 'app.example' }, origin), false);
  });

  it('for another domain, another account, another chain or over its time is warned of', () => {
    const write = (more: object) => writeSiwe(account.address, origin, now, { ...request, ...more });
    assert.deepEqual(warningsOf(write({})), []);
    assert.deepEqual(warningsOf(write({ domain: 'bank.example' })), ['sign-in-domain']);
    assert.deepEqual(warningsOf(write({ chainId: '0x5' })), ['other-chain']);
    assert.deepEqual(warningsOf(write({ expirationTime: '2026-01-02T03:04:04Z' })), ['sign-in-expired']);
    const other = writeSiwe('0x70997970C51812dc3A010C7d01b50e0d17dc79C8', origin, now, request);
    assert.deepEqual(warningsOf(other), ['sign-in-address']);
  });
});

describe('a message', () => {
  it('hides nothing: what would move or reverse text is shown as what it is', () => {
    const { raw } = explainMessage(utf8('pay \u202e001$\u200b\nline 2'), circumstances, 0);
    assert.equal(raw, 'pay \\u{202e}001$\\u{200b}\nline 2');
  });

  it('that is no text is said to be none, and shown as bytes', () => {
    for (const bytes of [Uint8Array.of(0xff, 0xfe), new Uint8Array(32), Uint8Array.of(0x1b, 0x5b)]) {
      const { sentence, raw, warnings } = explainMessage(bytes, circumstances, 0);
      assert.equal(sentence.kind, 'unreadable-message');
      assert.match(raw, /^0x[0-9a-f]+$/);
      assert.equal(warnings[0]?.what, 'not-decoded');
    }
  });
});
