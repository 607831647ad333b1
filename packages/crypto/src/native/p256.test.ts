import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, fromBase64url, utf8 } from '../bytes.ts';
import * as device from '../device/index.ts';
import { signEs256, verifyEs256 } from './p256.ts';

const sides = { native: verifyEs256, device: device.verifyEs256 };
const message = utf8('header.payload');

// RFC 7515, appendix A.3.
const published = {
  publicKey: concat(
    fromBase64url('f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'),
    fromBase64url('x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'),
  ),
  message: utf8(
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
  ),
  signature: fromBase64url('DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'),
};

for (const [side, verify] of Object.entries(sides)) {
  test(`${side}: the ES256 example of RFC 7515 verifies, and with any bit flipped does not`, () => {
    assert.ok(verify(published.publicKey, published.message, published.signature));
    for (const part of ['publicKey', 'message', 'signature'] as const) {
      for (let i = 0; i < published[part].length; i += 3) {
        const altered = { ...published, [part]: published[part].slice() };
        altered[part][i] = (altered[part][i] ?? 0) ^ 0x10;
        assert.equal(verify(altered.publicKey, altered.message, altered.signature), false);
      }
    }
  });

  test(`${side}: what signEs256 signs verifies, in either form of s`, () => {
    const { privateKey, publicKey } = keyPair();
    for (let i = 0; i < 8; i++) {
      const text = utf8(`message ${i}`);
      const signature = signEs256(privateKey, text);
      assert.equal(signature.length, 64);
      assert.ok(verify(publicKey, text, signature));
    }
  });

  test(`${side}: points off the curve, out of range or at infinity, and r or s of zero, verify nothing`, () => {
    const { privateKey, publicKey } = keyPair();
    const signature = signEs256(privateKey, message);
    const off = publicKey.slice();
    off[63] = (off[63] ?? 0) ^ 1;
    for (const point of [off, new Uint8Array(64), new Uint8Array(64).fill(255)]) {
      assert.equal(verify(point, message, signature), false);
    }
    assert.equal(verify(publicKey, message, new Uint8Array(64)), false);
    assert.equal(verify(publicKey, message, concat(signature.subarray(0, 32), new Uint8Array(32))), false);
    assert.equal(verify(publicKey, message, concat(new Uint8Array(32), signature.subarray(32))), false);
  });

  test(`${side}: malformed input is an invalid signature, never a throw`, () => {
    const any = fc.uint8Array({ maxLength: 70 });
    fc.assert(
      fc.property(any, any, any, (point, text, signature) => {
        assert.equal(verify(point, text, signature), false);
        assert.equal(verify(published.publicKey, text, signature), false);
      }),
      { seed: 1, numRuns: 200 },
    );
  });
}

test('a point refused once is not remembered as good, and more keys than the cache holds still verify', () => {
  const off = new Uint8Array(64).fill(1);
  assert.equal(verifyEs256(off, message, published.signature), false);
  assert.equal(verifyEs256(off, message, published.signature), false);
  const pairs = Array.from({ length: 30 }, keyPair);
  for (const { privateKey, publicKey } of [...pairs, ...pairs]) {
    assert.ok(verifyEs256(publicKey, message, signEs256(privateKey, message)));
  }
});

function keyPair(): { privateKey: KeyObject; publicKey: Uint8Array } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x, y } = pair.publicKey.export({ format: 'jwk' });
  return { privateKey: pair.privateKey, publicKey: concat(fromBase64url(String(x)), fromBase64url(String(y))) };
}
