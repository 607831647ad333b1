import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ProtocolError } from './errors.ts';
import { pad, unpad } from './padding.ts';

const malformed = (error: unknown) => error instanceof ProtocolError && error.code === 'malformed';

describe('padding', () => {
  it('comes off again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (content) => {
        assert.deepEqual(new Uint8Array(unpad(pad(content))), content);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('hides the length within a bucket', () => {
    const sizeOf = (length: number) => pad(new Uint8Array(length)).length;
    for (const length of [0, 1, 1_000, 1_020]) assert.equal(sizeOf(length), 1_024);
    assert.equal(sizeOf(1_021), 2_048);
    assert.equal(sizeOf(2_045), 5_120);
    assert.equal(sizeOf(262_140), 262_144);
    assert.throws(() => pad(new Uint8Array(262_141)), RangeError);
  });

  it('of a size that is no bucket is refused', () => {
    for (const length of [0, 3, 4, 1_023, 2_049, 262_145])
      assert.throws(() => unpad(new Uint8Array(length)), malformed);
  });

  it('that claims more than there is, is refused', () => {
    for (const claimed of [1_021, 1_024, 2 ** 31, 2 ** 32 - 1]) {
      const padded = pad(new Uint8Array(10));
      new DataView(padded.buffer).setUint32(0, claimed);
      assert.throws(() => unpad(padded), malformed);
    }
  });

  it('is read where it lies, also inside a larger buffer', () => {
    const outer = new Uint8Array(5_000).fill(0xff);
    outer.set(pad(Uint8Array.of(1, 2, 3)), 100);
    assert.deepEqual(new Uint8Array(unpad(outer.subarray(100, 100 + 2_048))), Uint8Array.of(1, 2, 3));
  });
});
