import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lru } from './lru.ts';

test('an entry is made once while it is among the last used, and the size never passes the capacity', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(8), { maxLength: 60 }), (capacity, keys) => {
      const lru = new Lru<number>(capacity);
      const recent: number[] = []; // the model: youngest last
      for (const key of keys) {
        let made = false;
        lru.getOrMake(String(key), () => {
          made = true;
          return key;
        });
        assert.equal(made, !recent.includes(key));
        if (recent.includes(key)) recent.splice(recent.indexOf(key), 1);
        recent.push(key);
        if (recent.length > capacity) recent.shift();
        assert.equal(lru.size, recent.length);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('what could not be made is not kept', () => {
  const lru = new Lru<number>(2);
  const fail = () => {
    throw new Error('bad input');
  };
  assert.throws(() => lru.getOrMake('k', fail));
  assert.equal(lru.size, 0);
  assert.equal(
    lru.getOrMake('k', () => 1),
    1,
  );
});
