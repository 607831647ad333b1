import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, fromHex, offHeap, toHex } from '../bytes.ts';
import { chachaOpen, chachaSeal, xchachaOpen, xchachaSeal } from './chacha20-poly1305.ts';

const failed = { code: 'open-failed' };
const ciphers = {
  'ChaCha20-Poly1305': { seal: chachaSeal, open: chachaOpen, nonceLength: 12 },
  'XChaCha20-Poly1305': { seal: xchachaSeal, open: xchachaOpen, nonceLength: 24 },
};

type Vector = { algorithm: keyof typeof ciphers } & Record<'name' | 'key' | 'nonce' | 'aad', string> &
  Record<'plaintext' | 'sealed', string>;

const file = new URL('../../vectors/chacha20-poly1305.json', import.meta.url);
for (const vector of JSON.parse(readFileSync(file, 'utf8')) as Vector[]) {
  test(`${vector.algorithm} gives the published value (${vector.name})`, () => {
    const { seal, open } = ciphers[vector.algorithm];
    const [key, nonce, aad] = [fromHex(vector.key), fromHex(vector.nonce), fromHex(vector.aad)];
    const sealed = offHeap(vector.sealed.length / 2);
    seal(sealed, key, nonce, aad, fromHex(vector.plaintext));
    assert.equal(toHex(sealed), vector.sealed);
    assert.equal(toHex(open(key, nonce, aad, sealed).expose()), vector.plaintext);
  });
}

test('what OpenSSL seals opens, for any lengths', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const any = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(bytes(32), bytes(12), any, any, (key, nonce, aad, plaintext) => {
      const options = { authTagLength: 16 };
      const cipher = createCipheriv('chacha20-poly1305', key, nonce, options);
      cipher.setAAD(aad, { plaintextLength: plaintext.length });
      const theirs = concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
      const ours = offHeap(plaintext.length + 16);
      chachaSeal(ours, key, nonce, aad, plaintext);
      assert.equal(toHex(ours), toHex(theirs));
      assert.equal(toHex(chachaOpen(key, nonce, aad, theirs).expose()), toHex(plaintext));
    }),
    { seed: 1, numRuns: 200 },
  );
});

for (const [name, { seal, open, nonceLength }] of Object.entries(ciphers)) {
  test(`${name}: no flipped bit, and no cut, opens`, () => {
    const [key, nonce, aad] = [randomBytes(32), randomBytes(nonceLength), randomBytes(5)];
    const sealed = offHeap(20 + 16);
    seal(sealed, key, nonce, aad, randomBytes(20));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      assert.throws(() => open(key, nonce, aad, flip(sealed, bit)), failed);
    }
    for (let length = 0; length < sealed.length; length++) {
      assert.throws(() => open(key, nonce, aad, sealed.subarray(0, length)), failed);
    }
    assert.throws(() => open(flip(key, 9), nonce, aad, sealed), failed);
    assert.throws(() => open(key, flip(nonce, 9), aad, sealed), failed);
    assert.throws(() => open(key, nonce, flip(aad, 9), sealed), failed);
  });
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const out = concat(bytes);
  out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return out;
}
