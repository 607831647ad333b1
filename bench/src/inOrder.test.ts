import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { inOrder } from './inOrder.ts';

async function* each<T>(items: readonly T[]) {
  yield* items;
}

test('results come in the order of the items, whichever is done first, and no more than width are under way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), async (delays, width) => {
      let busy = 0;
      let most = 0;
      const work = async (ms: number) => {
        busy += 1;
        most = Math.max(most, busy);
        await sleep(ms);
        busy -= 1;
        return ms;
      };
      const results: number[] = [];
      for await (const result of inOrder(each(delays), width, work)) results.push(result);
      assert.deepEqual(results, delays);
      assert.ok(most <= width);
    }),
    { seed: 1, numRuns: 60 },
  );
});
