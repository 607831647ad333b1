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
        lru.getOrMake(Uint8Array.of(0, key), () => {
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
  assert.throws(() => lru.getOrMake(Uint8Array.of(7), fail));
  assert.equal(lru.size, 0);
  assert.equal(
    lru.getOrMake(Uint8Array.of(7), () => 1),
    1,
  );
});

test('a key is what its bytes were: writing over the array, or giving a prefix, finds another entry', () => {
  const lru = new Lru<string>(4);
  const key = Uint8Array.of(1, 2, 3);
  lru.getOrMake(key, () => 'first');
  assert.equal(
    lru.getOrMake(key.subarray(0, 2), () => 'prefix'),
    'prefix',
  );
  lru.getOrMake(key, () => 'unused');
  key[2] = 4;
  assert.equal(
    lru.getOrMake(key, () => 'second'),
    'second',
  );
  assert.equal(
    lru.getOrMake(Uint8Array.of(1, 2, 3), () => 'unused'),
    'first',
  );
});
