import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { type Image, readEif, writeEif } from './eif.ts';
import { measureImage } from './measure.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const image: Image = {
  kernel: bytes('kernel'),
  commandLine: 'quiet',
  ramdisks: [bytes('boot'), bytes('application'), bytes('more of it')],
  metadata: { ImageName: 'test' },
};
const malformed = { code: 'image-malformed' };

/** As an attacker does who changes something and makes the checksum right again. */
function withChecksum(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer);
  view.setUint32(544, crc32(file.subarray(548), crc32(file.subarray(0, 544))));
  return file;
}

const changed = (at: number, value: number): Uint8Array => {
  const file = writeEif(image);
  file[at] = value;
  return file;
};

describe('an enclave image file', () => {
  test('is read as it was written', () => {
    const read = readEif(writeEif(image));
    assert.deepEqual(read, image);
  });

  test('has the header that the format names, big-endian', () => {
    const file = writeEif(image);
    const view = new DataView(file.buffer);
    assert.equal(Buffer.from(file.subarray(0, 4)).toString(), '.eif');
    assert.deepEqual([view.getUint16(4), view.getUint16(6)], [4, 0]);
    assert.deepEqual([view.getBigUint64(8), view.getBigUint64(16)], [1n << 30n, 2n]);
    assert.equal(view.getUint16(26), 6);
    assert.equal(view.getBigUint64(28), 548n);
    assert.equal(view.getBigUint64(284), 6n);
    // The first section: a kernel (1) of six bytes.
    assert.deepEqual([view.getUint16(548), view.getBigUint64(552)], [1, 6n]);
    assert.equal(Buffer.from(file.subarray(560, 566)).toString(), 'kernel');
  });

  test('with any byte changed is refused', () => {
    fc.assert(
      fc.property(fc.nat(writeEif(image).length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const file = writeEif(image);
        file[at] = (file[at] ?? 0) ^ by;
        assert.throws(() => readEif(file), malformed);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('cut short or continued is refused', () => {
    const file = writeEif(image);
    for (const length of [0, 3, 547, 548, file.length - 1])
      assert.throws(() => readEif(file.slice(0, length)), malformed);
    assert.throws(() => readEif(new Uint8Array([...file, 0])), malformed);
    assert.throws(() => readEif(withChecksum(new Uint8Array([...file, 0]))), malformed);
  });

  test('with a right checksum and another structure is refused', () => {
    const other: [what: string, file: Uint8Array][] = [
      ['another version', changed(5, 3)],
      ['a flag', changed(7, 1)],
      ['fewer sections counted', changed(27, 5)],
      ['more sections counted', changed(27, 7)],
      ['a section elsewhere', changed(35, 549 & 255)],
      ['a section of another size', changed(291, 7)],
      ['a section header of another size', changed(559, 7)],
      ['two kernels', changed(548 + 12 + 6 + 1, 1)],
      ['a flag on a section', changed(551, 1)],
    ];
    for (const [what, file] of other) assert.throws(() => readEif(withChecksum(file)), malformed, what);
  });

  test('without an application is refused', () => {
    assert.throws(() => readEif(writeEif({ ...image, ramdisks: image.ramdisks.slice(0, 1) })), malformed);
  });
});

describe('what is measured', () => {
  const sha384 = (...parts: Uint8Array[]) => createHash('sha384').update(Buffer.concat(parts)).digest();
  const register = (text: string) => new Uint8Array(sha384(Buffer.alloc(48), sha384(bytes(text))));

  test('PCR0 is everything, PCR1 what boots, PCR2 the other ramdisks', () => {
    assert.deepEqual(measureImage(image), {
      pcr0: register('kernelquietbootapplicationmore of it'),
      pcr1: register('kernelquietboot'),
      pcr2: register('applicationmore of it'),
    });
  });

  test('another kernel, as on AWS, leaves PCR2 as it is', () => {
    const [here, there] = [
      measureImage(image),
      measureImage({ ...image, kernel: bytes("AWS's"), commandLine: 'other' }),
    ];
    assert.deepEqual(here.pcr2, there.pcr2);
    assert.notDeepEqual(here.pcr0, there.pcr0);
    assert.notDeepEqual(here.pcr1, there.pcr1);
  });
});
