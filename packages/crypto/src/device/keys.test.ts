import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, fromHex, sha256, toHex, utf8 } from '../bytes.ts';
import * as native from '../native/index.ts';
import { Secret } from '../secret.ts';
import { generateKey, isValidKey, publicKeyOf, verifyEd25519, verifySignature } from './keys.ts';

const N = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
const digest = sha256(utf8('digest'));
const message = utf8('message');

test('generated keys are valid, differ, and have the public key the signer computes', () => {
  for (let i = 0; i < 8; i++) {
    using scalar = generateKey('secp256k1');
    using seed = generateKey('ed25519');
    assert.ok(isValidKey('secp256k1', scalar) && isValidKey('ed25519', seed));
    assert.notDeepEqual(scalar.expose(), seed.expose());
    assert.equal(toHex(publicKeyOf('secp256k1', scalar)), toHex(native.publicKeySecp256k1(scalar)));
    assert.equal(toHex(publicKeyOf('ed25519', seed)), toHex(native.publicKeyEd25519(seed)));
  }
});

test('the device accepts what the signer signs, and no signature with a flipped bit or on another curve', () => {
  using key = Secret.random(32);
  const secp = native.publicKeySecp256k1(key);
  const { signature } = native.signSecp256k1({ key, expectedPublicKey: secp, digest });
  assert.ok(verifySignature('secp256k1', secp, digest, signature));
  const ed = native.publicKeyEd25519(key);
  const edSignature = native.signEd25519({ seed: key, expectedPublicKey: ed, message });
  assert.ok(verifySignature('ed25519', ed, message, edSignature));
  assert.equal(verifySignature('ed25519', ed, message, signature), false);
  assert.equal(verifySignature('secp256k1', secp, digest, edSignature), false);
  for (let i = 0; i < 64; i += 7) {
    const [one, other] = [signature.slice(), edSignature.slice()];
    one[i] = (one[i] ?? 0) ^ 4;
    other[i] = (other[i] ?? 0) ^ 4;
    assert.equal(verifySignature('secp256k1', secp, digest, one), false);
    assert.equal(verifySignature('ed25519', ed, message, other), false);
  }
});

test('a high s is refused, and a digest of another length is not hashed into one', () => {
  using key = Secret.random(32);
  const publicKey = native.publicKeySecp256k1(key);
  const { signature } = native.signSecp256k1({ key, expectedPublicKey: publicKey, digest });
  const high = BigInt(`0x${N}`) - BigInt(`0x${toHex(signature.subarray(32))}`);
  const twin = concat(signature.subarray(0, 32), fromHex(high.toString(16).padStart(64, '0')));
  assert.equal(verifySignature('secp256k1', publicKey, digest, twin), false);
  assert.equal(verifySignature('secp256k1', publicKey, utf8('digest'), signature), false);
});

test('zero, the order, more than the order and other lengths are no secp256k1 keys', () => {
  const bad = ['00'.repeat(32), N, 'ff'.repeat(32), '01'.repeat(31), '01'.repeat(33), ''];
  for (const hex of bad) {
    const key = Secret.take(fromHex(hex));
    assert.equal(isValidKey('secp256k1', key), false, hex);
    assert.throws(() => publicKeyOf('secp256k1', key), { code: 'invalid-key' });
  }
  assert.ok(isValidKey('secp256k1', Secret.take(fromHex(`${N.slice(0, -1)}0`))));
  assert.equal(isValidKey('ed25519', Secret.random(31)), false);
  assert.throws(() => publicKeyOf('ed25519', Secret.random(33)), { code: 'invalid-key' });
});

test('device and store agree on Ed25519, small orders and non-canonical encodings included', () => {
  using key = native.SigningKey.generate();
  const signature = key.sign(message);
  const smallOrder = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map(fromHex);
  const cases: [Uint8Array, Uint8Array][] = [[key.publicKey, signature]];
  for (const point of smallOrder) {
    const trivial = concat(point, new Uint8Array(32));
    cases.push([point, trivial], [key.publicKey, trivial], [point, signature]);
    cases.push([key.publicKey, concat(point, signature.subarray(32))]);
  }
  for (const [publicKey, sig] of cases) {
    assert.equal(verifyEd25519(publicKey, message, sig), native.verifyEd25519(publicKey, message, sig));
  }
});

test('malformed input is an invalid signature, never a throw', () => {
  const any = fc.uint8Array({ maxLength: 70 });
  fc.assert(
    fc.property(any, any, any, (publicKey, text, signature) => {
      for (const curve of ['secp256k1', 'ed25519'] as const) {
        assert.equal(verifySignature(curve, publicKey, text, signature), false);
        assert.equal(verifySignature(curve, publicKey, digest, signature), false);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});
