import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClock } from './clocks.ts';

const sent = 1_000_000;
const read = (theirs: number, more: { got?: number; resolution?: number } = {}) =>
  judgeClock({ party: 'kms', theirs, sent, got: sent + 20, resolution: 1, ...more });

test('clocks that agree are good, a second apart is noted, beyond a minute is bad', () => {
  assert.equal(read(sent + 10).state, 'good');
  assert.equal(read(sent + 3_010).state, 'note');
  assert.match(read(sent + 3_010).says, /3\.0 s ahead of/);
  const behind = read(sent - 120_000);
  assert.equal(behind.state, 'bad');
  assert.match(behind.says, /120\.0 s behind/);
  assert.match(behind.next ?? '', /Set the clock/);
});

test('what a slow answer or whole seconds leave open is not held against a clock', () => {
  assert.equal(read(sent + 5_000, { got: sent + 10_000 }).state, 'good');
  assert.equal(read(sent - 900, { resolution: 1_000 }).state, 'good');
});
