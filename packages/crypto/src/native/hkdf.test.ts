import assert from 'node:assert/strict';
import { createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, offHeap, toHex, utf8 } from '../bytes.ts';
import { expand, extract, hmacSha256 } from './hkdf.ts';

test('HMAC-SHA256 gives the values of RFC 4231 (cases 1, 2, 6)', () => {
  const cases = [
    ['0b'.repeat(20), utf8('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      '4a656665',
      utf8('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(131),
      utf8('Test Using Larger Than Block-Size Key - Hash Key First'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ] as const;
  for (const [key, data, mac] of cases) assert.equal(toHex(macOf(fromHex(key), data)), mac);
});

test('HMAC and HKDF agree with OpenSSL, whatever the lengths and however the input is cut', () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });
  fc.assert(
    fc.property(bytes(200), bytes(3000), bytes(80), fc.integer({ min: 1, max: 500 }), (key, data, info, length) => {
      const cut = Math.floor(data.length / 2);
      const mac = macOf(key, data.subarray(0, cut), data.subarray(cut));
      assert.equal(toHex(mac), createHmac('sha256', key).update(data).digest('hex'));
      const [prk, okm] = [offHeap(32), offHeap(length)];
      extract(prk, key, data);
      expand(okm, prk, info);
      assert.equal(toHex(okm), Buffer.from(hkdfSync('sha256', data, key, info, length)).toString('hex'));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('HKDF-Expand ends where RFC 5869 ends it', () => {
  const longest = offHeap(255 * 32);
  expand(longest, new Uint8Array(32));
  const last = macOf(new Uint8Array(32), longest.subarray(253 * 32, 254 * 32), Uint8Array.of(255));
  assert.equal(toHex(longest.subarray(254 * 32)), toHex(last));
  assert.throws(() => expand(offHeap(255 * 32 + 1), new Uint8Array(32)), { code: 'length-mismatch' });
});

function macOf(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = offHeap(32);
  hmacSha256(mac, key, ...parts);
  return mac;
}
