import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Visibility, visibleFor } from './visibility.ts';

const seen = { isVisible: true, intersectionRatio: 1 };

function watched() {
  const clock = { now: 0 };
  return { clock, visibility: new Visibility(() => clock.now) };
}

test('an approval counts after the browser has seen the whole page for half a second, without a break', () => {
  const { clock, visibility } = watched();
  assert.equal(visibility.proven, false);
  visibility.saw(seen);
  clock.now = visibleFor - 1;
  assert.equal(visibility.proven, false);
  clock.now = visibleFor;
  visibility.saw(seen);
  assert.equal(visibility.proven, true);
});

test('whatever covers, fades, scales or cuts it begins the time anew', () => {
  for (const hidden of [
    { ...seen, isVisible: false },
    { ...seen, intersectionRatio: 0.9 },
  ]) {
    const { clock, visibility } = watched();
    visibility.saw(seen);
    clock.now = 10_000;
    visibility.saw(hidden);
    assert.equal(visibility.proven, false);
    visibility.saw(seen);
    assert.equal(visibility.proven, false);
    clock.now += visibleFor;
    assert.equal(visibility.proven, true);
  }
});

test('a browser that cannot tell proves nothing', () => {
  const { clock, visibility } = watched();
  visibility.saw({ intersectionRatio: 1 });
  clock.now = 10_000;
  assert.equal(visibility.proven, false);
});
