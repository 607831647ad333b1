import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerReader } from './der.ts';
import { element, sequence } from './develop/der.ts';
import { extension } from './develop/index.ts';
import { constraintsOf, readExtensions } from './extensions.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const read = (...extensions: Uint8Array[]) =>
  constraintsOf(readExtensions(new DerReader(new Uint8Array(sequence(...extensions)))));
const basic = (value: string, critical = true) => extension('2.5.29.19', critical, hex(value));
const usage = (value: string) => extension('2.5.29.15', true, hex(value));

test('without extensions that grant it, a key may do nothing', () => {
  const nothing = { isCa: false, pathLength: 0, mayCertify: false, maySign: false, mayRevoke: false };
  assert.deepEqual(read(), nothing);
  assert.deepEqual(read(basic('3000')), nothing);
});

test('an authority is one by critical basic constraints alone', () => {
  assert.equal(read(basic('30030101ff')).isCa, true);
  assert.equal(read(basic('30060101ff020103')).pathLength, 3);
  assert.equal(read(basic('30030101ff')).pathLength, Infinity);
  assert.throws(() => read(basic('30030101ff', false)), { code: 'chain' });
});

test('each use is granted by its own bit', () => {
  const granted = (value: string) => {
    const { maySign, mayCertify, mayRevoke } = read(usage(value));
    return [maySign, mayCertify, mayRevoke];
  };
  assert.deepEqual(granted('03020780'), [true, false, false]);
  assert.deepEqual(granted('03020204'), [false, true, false]);
  assert.deepEqual(granted('03020102'), [false, false, true]);
  assert.deepEqual(granted('03020186'), [true, true, true]);
  assert.deepEqual(granted('03020378'), [false, false, false]);
});

test('extensions that are not canonical, doubled or cut short are refused', () => {
  const wrong = [
    [basic('3003010100')],
    [basic('3003020101')],
    [basic('30030101ff00')],
    [basic('30030101ff'), basic('30030101ff')],
    [usage('0302008600')],
    [usage('03020086')],
    [sequence(hex('0603551d13'), hex('010100'), element(0x04, hex('3000')))],
    [sequence(hex('0603551d13'))],
  ];
  for (const extensions of wrong) assert.throws(() => read(...extensions), { code: 'malformed' });
});
