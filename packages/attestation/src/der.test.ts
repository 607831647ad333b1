import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerReader, namedBits, oid, Tag, time, unsigned } from './der.ts';
import { rawSignature } from './ecdsa.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const refused = (read: () => unknown) => assert.throws(read, { code: 'malformed' });

test('a length in any form but the shortest is refused', () => {
  const read = (text: string) => new DerReader(hex(text)).next(Tag.octetString).content.length;
  assert.equal(read('04 02 0000'), 2);
  assert.equal(read(`04 81 80 ${'00'.repeat(128)}`), 128);
  assert.equal(read(`04 82 0100 ${'00'.repeat(256)}`), 256);
  for (const text of [
    '04',
    '04 03 0000',
    '04 81 02 0000',
    `04 82 0080 ${'00'.repeat(128)}`,
    '04 80 0000',
    '04 84 00000002 0000',
  ]) {
    refused(() => read(text));
  }
});

test('integers are minimal and not negative', () => {
  const read = (text: string) => Buffer.from(unsigned(new DerReader(hex(text)).next(Tag.integer))).toString('hex');
  assert.equal(read('02 01 00'), '00');
  assert.equal(read('02 02 0080'), '80');
  for (const text of ['02 00', '02 01 80', '02 02 007f', '02 02 ff80']) refused(() => read(text));
});

test('named bits have no trailing zeros', () => {
  const read = (text: string) =>
    namedBits(new DerReader(hex(text)).next(Tag.bitString))
      .map(Number)
      .join('');
  assert.equal(read('03 02 0780'), '10000000');
  assert.equal(read('03 02 0186'), '10000110');
  assert.equal(read('03 03 07 0080'), '0000000010000000');
  for (const text of ['03 00', '03 01 00', '03 02 0080', '03 02 0781', '03 02 0880', '03 02 0000', '03 04 0000 0001']) {
    refused(() => read(text));
  }
});

test('object identifiers are read in dotted form; padded or cut short they are refused', () => {
  const read = (text: string) => oid(new DerReader(hex(text)).next(Tag.oid));
  assert.equal(read('06 08 2a8648ce3d040303'), '1.2.840.10045.4.3.3');
  assert.equal(read('06 03 551d13'), '2.5.29.19');
  assert.equal(read('06 02 8837'), '2.999');
  for (const text of ['06 00', '06 03 2a8001', '06 02 2a86', '06 07 2affffffffff7f']) refused(() => read(text));
});

test('times are read in the one form RFC 5280 allows for their year, and only where they exist', () => {
  const read = (tag: number, text: string) =>
    time(new DerReader(Uint8Array.from([tag, text.length, ...Buffer.from(text)])));
  assert.equal(read(Tag.utcTime, '491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59));
  assert.equal(read(Tag.utcTime, '500101000000Z'), Date.UTC(1950, 0, 1));
  assert.equal(read(Tag.generalizedTime, '20500101000000Z'), Date.UTC(2050, 0, 1));
  const wrong: [number, string][] = [
    [Tag.utcTime, '2301010000Z'],
    [Tag.utcTime, '230101000000+0000'],
    [Tag.utcTime, '230229000000Z'],
    [Tag.utcTime, '231301000000Z'],
    [Tag.utcTime, '230101240000Z'],
    [Tag.utcTime, '230101000060Z'],
    [Tag.generalizedTime, '20230101000000Z'],
    [Tag.generalizedTime, '20500101000000.5Z'],
    [Tag.octetString, '230101000000Z'],
  ];
  for (const [tag, text] of wrong) refused(() => read(tag, text));
});

test('an ECDSA value becomes two halves of the length of the curve, or nothing where it does not fit', () => {
  const raw = rawSignature(hex('30 06 0201 01 0201 02'), 'P-256');
  assert.equal(raw?.length, 64);
  assert.deepEqual([raw?.[31], raw?.[63]], [1, 2]);
  assert.equal(rawSignature(hex(`30 26 0221 01${'00'.repeat(32)} 0201 02`), 'P-256'), null);
  refused(() => rawSignature(hex('30 06 0201 01 0201 02 00'), 'P-256'));
  refused(() => rawSignature(hex('30 09 0201 01 0201 02 0201 03'), 'P-256'));
  refused(() => rawSignature(hex('30 06 0201 81 0201 02'), 'P-256'));
});
