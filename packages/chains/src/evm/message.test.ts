import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashMessage as ethersHash } from 'ethers';
import fc from 'fast-check';
import { hashMessage as viemHash } from 'viem';
import { toHex } from './bytes.ts';
import { messageFromJson } from './fromJson.ts';
import { digest, parseIntent } from './intent.ts';

test('published messages give their published hashes', () => {
  const hashes = {
    '': '0x5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad',
    'Hello World': '0xa1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2',
    'Some data': '0x1da44b586eb0729ff70a73c326926f6ed5a25f5b056e7f47fbc6e58d86871655',
  };
  for (const [text, hash] of Object.entries(hashes)) assert.equal(toHex(digest(messageFromJson(text))), hash);
});

test('any message is hashed as viem and as ethers hash it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      const hash = toHex(digest(parseIntent({ type: 'evm-message', message })));
      assert.equal(hash, viemHash({ raw: message }));
      assert.equal(hash, ethersHash(message));
      assert.equal(hash, toHex(digest(messageFromJson({ raw: toHex(message) }))));
    }),
    { seed: 1, numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(toHex(digest(messageFromJson(text))), ethersHash(text));
      assert.equal(toHex(digest(messageFromJson(text))), viemHash(text));
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a message that is neither text nor raw hex is refused', () => {
  for (const message of ['\ud800', { raw: '0x1' }, { raw: 'ab' }, { raw: '0xzz' }, { raw: 5 }, 5, null, ['0x00']]) {
    assert.throws(() => messageFromJson(message), { code: 'field-invalid' });
  }
  assert.throws(() => messageFromJson({}), { code: 'field-missing' });
  assert.throws(() => messageFromJson({ raw: '0x', text: '' }), { code: 'field-unknown' });
});
