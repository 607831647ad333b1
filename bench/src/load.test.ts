import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop, openLoop, percentile } from './load.ts';

test('an open loop counts what a stall held up as late, from when each ask was due', async () => {
  let asked = 0;
  let free = Promise.resolve();
  const ask = async () => {
    asked += 1;
    // The 10th ask stalls everything behind it for 200 ms.
    if (asked === 10) free = sleep(200);
    await free;
  };
  const { latencies, failures } = await openLoop(4, 100, 0.5, ask);
  assert.equal(latencies.length, 50);
  assert.deepEqual(failures, {});
  const late = latencies.filter((ms) => ms > 20).length;
  // Timed from when each was sent, only the stalled ones' own would be; a busy machine may make others late too.
  assert.ok(late >= 15, `${late} were late`);
});

test('a closed loop never has two asks of one user under way', async () => {
  const busy = new Set<number>();
  const { latencies } = await closedLoop(3, 0.1, async (user) => {
    assert.ok(!busy.has(user));
    busy.add(user);
    await sleep(5);
    busy.delete(user);
  });
  assert.ok(latencies.length >= 3, `${latencies.length} answers`);
});

test('what fails is counted by its code and is no latency', async () => {
  const { latencies, failures } = await openLoop(1, 100, 0.1, async () => {
    throw Object.assign(new Error('no'), { code: 'refused' });
  });
  assert.equal(latencies.length, 0);
  assert.deepEqual(failures, { refused: 10 });
});

test('percentiles are by nearest rank', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)], [50, 99, 100]);
  assert.ok(Number.isNaN(percentile(new Float64Array(), 0.5)));
});
