import assert from 'node:assert/strict';
import { hkdfSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { hkdfExpand, hkdfExtract } from './kdf.ts';

const derived = (salt: Uint8Array, ikm: readonly Uint8Array[], info: Uint8Array, length: number): string => {
  const secrets = ikm.map((bytes) => Secret.take(bytes.slice()));
  using prk = hkdfExtract(salt, ...secrets);
  using okm = hkdfExpand(prk, info, length);
  return toHex(okm.expose());
};

describe('HKDF-SHA-256 over secrets', () => {
  it('gives what RFC 5869, appendix A.1 and A.3, say', () => {
    const ikm = new Uint8Array(22).fill(0x0b);
    assert.equal(
      derived(fromHex('000102030405060708090a0b0c'), [ikm], fromHex('f0f1f2f3f4f5f6f7f8f9'), 42),
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
    assert.equal(
      derived(new Uint8Array(), [ikm], new Uint8Array(), 42),
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    );
  });

  it('gives what node:crypto gives, however the secret is cut into parts', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
    fc.assert(
      fc.property(
        bytes(80),
        bytes(80),
        bytes(80),
        bytes(300),
        fc.integer({ min: 1, max: 200 }),
        (salt, a, b, info, n) => {
          const whole = Buffer.from(hkdfSync('sha256', Buffer.concat([a, b]), salt, info, n)).toString('hex');
          assert.equal(derived(salt, [a, b], info, n), whole);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it('gives no more than the RFC allows', () => {
    using prk = Secret.random(32);
    assert.throws(() => hkdfExpand(prk, new Uint8Array(), 255 * 32 + 1), new CryptoError('length-mismatch'));
  });
});
