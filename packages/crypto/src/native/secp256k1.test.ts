import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { concat, fromHex, sha256, toHex, utf8 } from '../bytes.ts';
import { Secret } from '../secret.ts';
import { join, split } from '../split.ts';
import { publicKeySecp256k1, signSecp256k1, verifySecp256k1 } from './secp256k1.ts';

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const digest = sha256(utf8('digest'));
const mismatch = { code: 'key-mismatch' };

type Vector = Record<'key' | 'message' | 'signature', string>;
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/secp256k1-rfc6979.json', import.meta.url), 'utf8'),
) as Vector[];

for (const { key: hex, message, signature } of vectors) {
  test(`RFC 6979 with low s: "${message.slice(0, 40)}" under ${hex.slice(0, 4)}..${hex.slice(-4)}`, () => {
    using key = Secret.take(fromHex(hex));
    const expectedPublicKey = publicKeySecp256k1(key);
    const signed = signSecp256k1({ key, expectedPublicKey, digest: sha256(utf8(message)) });
    assert.equal(toHex(signed.signature), signature);
  });
}

test('signatures are those of an independent implementation, low in s, and recover to the signer', () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes32, bytes32, (scalar, message) => {
      fc.pre(secp256k1.utils.isValidSecretKey(scalar));
      const theirs = secp256k1.sign(message, scalar, { prehash: false, format: 'recovered' });
      using key = Secret.take(scalar);
      const expectedPublicKey = publicKeySecp256k1(key);
      const { signature, recovery } = signSecp256k1({ key, expectedPublicKey, digest: message });
      assert.equal(toHex(concat(Uint8Array.of(recovery), signature)), toHex(theirs));
      assert.ok(BigInt(`0x${toHex(signature.subarray(32))}`) <= N / 2n);
      const recovered = secp256k1.recoverPublicKey(theirs, message, { prehash: false });
      assert.equal(toHex(recovered), toHex(expectedPublicKey));
      assert.ok(verifySecp256k1(expectedPublicKey, message, signature));
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('no flipped bit of a share, of 256, yields a signature: every one is the same mismatch', () => {
  using key = Secret.random(32);
  const expectedPublicKey = publicKeySecp256k1(key);
  const { a, b } = split(key);
  for (let bit = 0; bit < 256; bit++) {
    const share = Secret.take(b.expose().slice());
    const bytes = share.expose();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => signSecp256k1({ key: join(a, share), expectedPublicKey, digest }), mismatch);
  }
});

test('a false public key, a key out of range or of another length: mismatch, nothing signed', () => {
  using key = Secret.random(32);
  using other = Secret.random(32);
  const expectedPublicKey = publicKeySecp256k1(key);
  const twin = expectedPublicKey.slice();
  twin[0] = (twin[0] ?? 0) ^ 1; // the point's negative
  for (const wrong of [publicKeySecp256k1(other), twin, new Uint8Array(33), new Uint8Array(0), new Uint8Array(65)]) {
    assert.throws(() => signSecp256k1({ key, expectedPublicKey: wrong, digest }), mismatch);
  }
  for (const bad of [new Uint8Array(32), fromHex(N.toString(16)), new Uint8Array(32).fill(255), new Uint8Array(31)]) {
    assert.throws(() => signSecp256k1({ key: Secret.take(bad.slice()), expectedPublicKey, digest }), mismatch);
    assert.throws(() => publicKeySecp256k1(Secret.take(bad.slice())), { code: 'invalid-key' });
  }
});

test('only a 32-byte digest is signed', () => {
  using key = Secret.random(32);
  const expectedPublicKey = publicKeySecp256k1(key);
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => signSecp256k1({ key, expectedPublicKey, digest: new Uint8Array(length) }), {
      code: 'length-mismatch',
    });
  }
});

test('the high twin of a signature is refused, and malformed input is an invalid signature, never a throw', () => {
  using key = Secret.random(32);
  const publicKey = publicKeySecp256k1(key);
  const { signature } = signSecp256k1({ key, expectedPublicKey: publicKey, digest });
  const high = N - BigInt(`0x${toHex(signature.subarray(32))}`);
  const twin = concat(signature.subarray(0, 32), fromHex(high.toString(16).padStart(64, '0')));
  assert.equal(verifySecp256k1(publicKey, digest, twin), false);
  assert.equal(secp256k1.verify(twin, digest, publicKey, { prehash: false, lowS: false }), true);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 70 }),
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 70 }),
      (pk, message, sig) => {
        assert.equal(verifySecp256k1(pk, message, sig), false);
        assert.equal(verifySecp256k1(publicKey, message, sig), false);
        assert.equal(verifySecp256k1(pk, digest, signature), false);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test('the addon that signs is native', () => {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  assert.ok(sharedObjects.some((path) => /secp256k1[^/\\]*\.node$/.test(path)));
});
