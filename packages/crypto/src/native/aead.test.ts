import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../bytes.ts';
import { Secret } from '../secret.ts';
import { openAtRest, sealAtRest } from './aead.ts';

const failed = { code: 'open-failed' };
const aad = utf8('wallet 7, epoch 1');

test('what is sealed at rest opens to the same secret, and is longer by nonce and tag', () => {
  using key = Secret.random(32);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 40 }), (bytes, where) => {
      const sealed = sealAtRest(key, where, Secret.take(bytes.slice()));
      assert.equal(sealed.length, bytes.length + 40);
      assert.deepEqual([...openAtRest(key, where, sealed).expose()], [...bytes]);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('the same secret never seals to the same bytes', () => {
  using key = Secret.random(32);
  using share = Secret.random(32);
  const seen = new Set(
    Array.from({ length: 500 }, () => Buffer.from(sealAtRest(key, aad, share)).toString('hex', 0, 24)),
  );
  assert.equal(seen.size, 500);
});

test('moved to another row, under another key, altered or cut: one error', () => {
  using key = Secret.random(32);
  using other = Secret.random(32);
  const sealed = sealAtRest(key, aad, Secret.random(32));
  assert.throws(() => openAtRest(key, utf8('wallet 8, epoch 1'), sealed), failed);
  assert.throws(() => openAtRest(other, aad, sealed), failed);
  for (let i = 0; i < sealed.length; i++) {
    const altered = sealed.slice();
    altered[i] = (altered[i] ?? 0) ^ 1;
    assert.throws(() => openAtRest(key, aad, altered), failed);
    assert.throws(() => openAtRest(key, aad, sealed.subarray(0, i)), failed);
  }
});

test('a key of another length is refused, not padded', () => {
  const short = Secret.random(16);
  assert.throws(() => sealAtRest(short, aad, Secret.random(32)), { code: 'invalid-key' });
  assert.throws(() => openAtRest(short, aad, new Uint8Array(60)), { code: 'invalid-key' });
});
