import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import { Secret } from '../secret.ts';
import { join, split } from '../split.ts';
import { publicKeyEd25519, SigningKey, signEd25519, verifyEd25519 } from './ed25519.ts';

const message = utf8('message');
const mismatch = { code: 'key-mismatch' };

type Vector = Record<'seed' | 'publicKey' | 'message' | 'signature', string>;
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/ed25519-rfc8032.json', import.meta.url), 'utf8'),
) as Vector[];

for (const vector of vectors) {
  test(`RFC 8032 section 7.1, message of ${vector.message.length / 2} bytes`, () => {
    using seed = Secret.take(fromHex(vector.seed));
    const expectedPublicKey = fromHex(vector.publicKey);
    assert.equal(toHex(publicKeyEd25519(seed)), vector.publicKey);
    const signature = signEd25519({ seed, expectedPublicKey, message: fromHex(vector.message) });
    assert.equal(toHex(signature), vector.signature);
    assert.equal(toHex(SigningKey.fromSeed(seed).sign(fromHex(vector.message))), vector.signature);
  });
}

test('no flipped bit of a share, of 256, yields a signature: every one is the same mismatch', () => {
  using seed = Secret.random(32);
  const expectedPublicKey = publicKeyEd25519(seed);
  const { a, b } = split(seed);
  for (let bit = 0; bit < 256; bit++) {
    const share = Secret.take(a.expose().slice());
    const bytes = share.expose();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => signEd25519({ seed: join(share, b), expectedPublicKey, message }), mismatch);
  }
});

test('a false public key cannot be signed under: with two public keys for one nonce the seed would be lost', () => {
  using seed = Secret.random(32);
  using other = Secret.random(32);
  for (const wrong of [publicKeyEd25519(other), new Uint8Array(32), new Uint8Array(0)]) {
    assert.throws(() => signEd25519({ seed, expectedPublicKey: wrong, message }), mismatch);
  }
  assert.throws(
    () => signEd25519({ seed: Secret.random(31), expectedPublicKey: publicKeyEd25519(other), message }),
    mismatch,
  );
  assert.throws(() => publicKeyEd25519(Secret.random(33)), { code: 'invalid-key' });
});

test('a service key signs what verifies under its public key alone, and shows nothing', () => {
  using key = SigningKey.generate();
  using stranger = SigningKey.generate();
  const signature = key.sign(message);
  assert.ok(verifyEd25519(key.publicKey, message, signature));
  assert.equal(verifyEd25519(stranger.publicKey, message, signature), false);
  assert.equal(verifyEd25519(key.publicKey, utf8('messagf'), signature), false);
  assert.doesNotMatch(inspect(key, { showHidden: true, depth: 5 }), /expanded/);
});

test('a service key that was disposed of signs no more', () => {
  const key = SigningKey.generate();
  key[Symbol.dispose]();
  assert.throws(() => key.sign(message));
});

test('small-order points and non-canonical s verify nothing; malformed input never throws', () => {
  const identity = fromHex('0100000000000000000000000000000000000000000000000000000000000000');
  const zeroSignature = new Uint8Array(64);
  zeroSignature[0] = 1; // R = identity, s = 0: the equation holds for a key of small order, whatever the message
  assert.equal(verifyEd25519(identity, message, zeroSignature), false);

  using key = SigningKey.generate();
  const signature = key.sign(message);
  const L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + L;
  const malleated = signature.slice();
  malleated.set(fromHex(s.toString(16).padStart(64, '0')).reverse(), 32);
  assert.equal(verifyEd25519(key.publicKey, message, malleated), false);

  const any = fc.uint8Array({ maxLength: 70 });
  fc.assert(
    fc.property(any, any, any, (publicKey, text, sig) => {
      assert.equal(verifyEd25519(publicKey, text, sig), false);
      assert.equal(verifyEd25519(publicKey, message, signature), false);
      assert.equal(verifyEd25519(key.publicKey, message, sig), false);
    }),
    { seed: 1, numRuns: 300 },
  );
});
