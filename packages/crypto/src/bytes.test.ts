import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concat, equal, fromBase64url, fromHex, offHeap, sha256, toBase64url, toHex, utf8 } from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const runs = { seed: 1, numRuns: 300 };
const invalid = { code: 'invalid-encoding' };

test('hex and base64url agree with the platform, both ways', () => {
  fc.assert(
    fc.property(bytes, (data) => {
      const reference = Buffer.from(data);
      assert.equal(toHex(data), reference.toString('hex'));
      assert.equal(toBase64url(data), reference.toString('base64url'));
      assert.deepEqual(Buffer.from(fromHex(toHex(data))), reference);
      assert.deepEqual(Buffer.from(fromHex(toHex(data).toUpperCase())), reference);
      assert.deepEqual(Buffer.from(fromBase64url(toBase64url(data))), reference);
    }),
    runs,
  );
});

test('a text decodes only if it is the encoding of what it decodes to', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_=+/ -]{0,12}$/), (text) => {
      let decoded: Uint8Array;
      try {
        decoded = fromBase64url(text);
      } catch (error) {
        assert.equal(Buffer.from(text, 'base64url').toString('base64url') === text, false);
        assert.equal((error as { code?: unknown }).code, 'invalid-encoding');
        return;
      }
      assert.equal(toBase64url(decoded), text);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('base64url refuses padding, other alphabets, white space, impossible lengths and loose trailing bits', () => {
  for (const text of ['AA==', 'AA=', 'A', 'AAAAA', '++++', '////', 'A A', 'AA\n', 'ÀÀ', 'AB', 'AAB', '\u{1f600}']) {
    assert.throws(() => fromBase64url(text), invalid, JSON.stringify(text));
  }
});

test('hex refuses odd lengths, prefixes and other characters', () => {
  for (const text of ['0', '0x00', 'gg', ' 0', '0\n', '００']) assert.throws(() => fromHex(text), invalid, text);
});

test('concat keeps order and lies in memory of its own', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 5 }), (parts) => {
      const joined = concat(...parts);
      assert.deepEqual(Buffer.from(joined), Buffer.concat(parts));
      assert.equal(joined.buffer.byteLength, joined.length);
    }),
    runs,
  );
  assert.equal(offHeap(32).buffer.byteLength, 32);
});

test('equal is equality, and any single flipped bit ends it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), fc.nat(7), (data, position, bit) => {
      const other = data.slice();
      assert.equal(equal(data, other), true);
      const index = position % data.length;
      other[index] = (other[index] ?? 0) ^ (1 << bit);
      assert.equal(equal(data, other), false);
      assert.equal(equal(data, data.subarray(1)), false);
    }),
    runs,
  );
});

test('sha256 is SHA-256 (FIPS 180-4 example)', () => {
  assert.equal(toHex(sha256(utf8('abc'))), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
