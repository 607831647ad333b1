import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Secret } from './secret.ts';
import { join, split, xorInto } from './split.ts';

const mismatch = { code: 'length-mismatch' };

test('joining undoes splitting, for every length from 1 to 1024', () => {
  for (let length = 1; length <= 1024; length++) {
    using key = Secret.random(length);
    const before = key.expose().slice();
    const { a, b } = split(key);
    assert.equal(a.length, length);
    assert.equal(b.length, length);
    assert.deepEqual(join(a, b).expose(), before);
    assert.deepEqual(join(b, a).expose(), before);
    assert.deepEqual(key.expose(), before);
  }
});

test('two splits of one key share nothing', () => {
  using key = Secret.random(32);
  const [one, other] = [split(key), split(key)];
  assert.notDeepEqual(one.a.expose(), other.a.expose());
  assert.notDeepEqual(one.b.expose(), other.b.expose());
  assert.throws(() => assert.deepEqual(join(one.a, other.b).expose(), key.expose()));
});

test('each share alone is uniform: chi-squared over the byte values of a constant key', () => {
  for (const share of ['a', 'b'] as const) {
    const counts = Array.from({ length: 256 }, () => 0);
    for (let i = 0; i < 64; i++) {
      using key = Secret.alloc(1024);
      for (const byte of split(key)[share].expose()) counts[byte] = (counts[byte] ?? 0) + 1;
    }
    const expected = (64 * 1024) / 256;
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 255 degrees of freedom: outside 150..400 with probability below 1e-8.
    assert.ok(chiSquared > 150 && chiSquared < 400, String(chiSquared));
  }
});

test('a flipped bit of a share flips that bit of the key: why the P-check exists', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), fc.nat(7), (bytes, position, bit) => {
      const key = Secret.take(bytes.slice());
      const { a, b } = split(key);
      const index = position % bytes.length;
      const share = b.expose();
      share[index] = (share[index] ?? 0) ^ (1 << bit);
      const expected = key.expose().slice();
      expected[index] = (expected[index] ?? 0) ^ (1 << bit);
      assert.deepEqual(join(a, b).expose(), expected);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('empty keys and shares of different lengths are refused, and nothing is changed', () => {
  assert.throws(() => split(Secret.alloc(0)), mismatch);
  assert.throws(() => join(Secret.alloc(0), Secret.alloc(0)), mismatch);
  assert.throws(() => join(Secret.random(32), Secret.random(33)), mismatch);
  const target = Uint8Array.of(1, 2, 3);
  assert.throws(() => xorInto(target, Uint8Array.of(1, 2)), mismatch);
  assert.deepEqual([...target], [1, 2, 3]);
});
