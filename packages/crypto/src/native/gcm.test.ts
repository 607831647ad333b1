import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, fromHex, toHex } from '../bytes.ts';
import { gcmOpen, gcmSeal } from './gcm.ts';

const failed = { code: 'open-failed' };

test('AES-256-GCM gives the values of the GCM specification (cases 13, 14, 16)', () => {
  const zeroKey = '00'.repeat(32);
  const zeroNonce = '00'.repeat(12);
  const cases = [
    [zeroKey, zeroNonce, '', '', '530f8afbc74536b9a963b4f1c4cb738b'],
    [zeroKey, zeroNonce, '', '00'.repeat(16), 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919'],
    [
      'feffe9928665731c6d6a8f9467308308'.repeat(2),
      'cafebabefacedbaddecaf888',
      'feedfacedeadbeeffeedfacedeadbeefabaddad2',
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
    ],
  ] as const;
  for (const [key, nonce, aad, plaintext, sealed] of cases) {
    assert.equal(toHex(gcmSeal(fromHex(key), fromHex(nonce), fromHex(aad), fromHex(plaintext))), sealed);
    assert.equal(toHex(gcmOpen(fromHex(key), fromHex(nonce), fromHex(aad), fromHex(sealed)).expose()), plaintext);
  }
});

test('what OpenSSL seals opens, for any lengths', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const any = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes(32), bytes(12), any, any, (key, nonce, aad, plaintext) => {
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
      const ciphertext = concat(cipher.update(plaintext), cipher.final());
      const sealed = concat(ciphertext, cipher.getAuthTag());
      assert.equal(toHex(gcmSeal(key, nonce, aad, plaintext)), toHex(sealed));
      assert.equal(toHex(gcmOpen(key, nonce, aad, sealed).expose()), toHex(plaintext));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('no flipped bit, and no cut, opens', () => {
  const [key, nonce, aad, plaintext] = [32, 12, 5, 20].map((length) => randomBytes(length)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const sealed = gcmSeal(key, nonce, aad, plaintext);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    assert.throws(() => gcmOpen(key, nonce, aad, flip(sealed, bit)), failed);
  }
  for (let length = 0; length < sealed.length; length++) {
    assert.throws(() => gcmOpen(key, nonce, aad, sealed.subarray(0, length)), failed);
  }
  assert.throws(() => gcmOpen(flip(key, 9), nonce, aad, sealed), failed);
  assert.throws(() => gcmOpen(key, flip(nonce, 9), aad, sealed), failed);
  assert.throws(() => gcmOpen(key, nonce, flip(aad, 9), sealed), failed);
});

test('opening leaves the caller its stack traces', () => {
  const limit = Error.stackTraceLimit;
  assert.throws(() => gcmOpen(new Uint8Array(31), new Uint8Array(12), new Uint8Array(0), new Uint8Array(20)), failed);
  assert.equal(Error.stackTraceLimit, limit);
});

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const out = bytes.slice();
  out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return out;
}
