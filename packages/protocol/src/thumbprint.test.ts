import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { concat, fromBase64url } from '@symbolon/crypto';
import * as fc from 'fast-check';
import { keyCheck, thumbprint } from './thumbprint.ts';

// RFC 7517, A.1: the EC key.
const x = 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4';
const y = '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM';
const point = concat(fromBase64url(x), fromBase64url(y));

describe('a device key', () => {
  it('is named by the RFC 7638 hash of its JWK', () => {
    const canonical = `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`;
    assert.deepEqual(thumbprint(point), new Uint8Array(createHash('sha256').update(canonical).digest()));
  });

  it('has one check for people, without look-alikes', () => {
    const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
    const bits = createHash('sha256').update(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`).digest();
    const expected = Array.from(bits.subarray(0, 12), (byte) => letters[byte % 32]).join('');
    assert.equal(keyCheck(point), expected.replace(/^(.{4})(.{4})(.{4})$/, '$1-$2-$3'));
    assert.equal(keyCheck(point), 'LZAX-5ECR-3BUT');
  });

  it('shows another check for another key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (other) => {
        assert.match(keyCheck(other), /^(?:[2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}$/);
        assert.notEqual(keyCheck(other), keyCheck(point));
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
