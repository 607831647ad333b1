import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createForgetting } from './forget.ts';
import { KmsStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'kms-forget-'));
after(() => rmSync(folder, { recursive: true }));
const minute = 60_000;
const day = 24 * 60 * minute;
let files = 0;

/** A store that has used one request, good until five minutes from `start`. */
async function setUp(start: number) {
  const clock = { wall: start, up: 0 };
  const store = new KmsStore(join(folder, `${files++}.sqlite`), () => {});
  const forget = createForgetting(store, { wall: () => clock.wall, up: () => clock.up });
  await store.commit.submit(({ statement }) => {
    statement('INSERT INTO used (rh, expires) VALUES (?, ?)').run(new Uint8Array(32), start + 5 * minute);
  });
  const pass = (ms: number) => {
    clock.wall += ms;
    clock.up += ms;
  };
  const remembered = () => store.database.statement('SELECT 1 FROM used').get() !== undefined;
  return { clock, forget, pass, remembered, store };
}

test('a used request is remembered past its end, and forgotten then', async () => {
  const { forget, pass, remembered, store } = await setUp(1_000 * day);
  pass(6 * minute);
  await forget();
  assert.ok(remembered());
  pass(2 * minute);
  await forget();
  assert.equal(remembered(), false);
  store.close();
});

test('a clock that jumps a day ahead makes nothing forgotten that could be used again', async () => {
  const { clock, forget, pass, remembered, store } = await setUp(1_000 * day);
  pass(4 * minute);
  clock.wall += day;
  await forget();
  assert.ok(remembered());
  clock.wall -= day;
  pass(4 * minute);
  await forget();
  assert.equal(remembered(), false, 'and set right, it goes on as if nothing had been');
  store.close();
});

test('started under a clock a day ahead, it forgets nothing until old proofs have gone stale', async () => {
  const { clock, pass, remembered, store } = await setUp(1_000 * day);
  clock.wall += day;
  const restarted = createForgetting(store, { wall: () => clock.wall, up: () => clock.up });
  for (let seconds = 0; seconds < 170; seconds += 10) {
    pass(10_000);
    await restarted();
    assert.ok(remembered());
  }
  store.close();
});
