import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundle, type Entry, manifest } from '../build.ts';

const limits: Record<Entry, number> = { index: 12, viem: 3, wagmi: 3, react: 3 };

for (const [entry, limit] of Object.entries(limits) as [Entry, number][]) {
  test(`${entry} weighs at most ${limit} KB, gzipped`, async () => {
    const weight = gzipSync(await bundle(entry, true), { level: 9 }).length;
    assert.ok(weight <= limit * 1024, `${weight} bytes`);
  });
}

test('the core needs no package, and the adapters none but what they adapt to', async () => {
  const needed = async (entry: Entry) => {
    const text = new TextDecoder().decode(await bundle(entry, false));
    return [...text.matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)].map(([, name]) => name);
  };
  assert.deepEqual(await needed('index'), []);
  assert.deepEqual(await needed('viem'), ['viem']);
  assert.deepEqual(new Set(await needed('wagmi')), new Set(['@symbolon/sdk', 'viem']));
  assert.deepEqual(await needed('react'), ['react']);
});

test('the same source gives the same bytes, and no path of the machine is in them', async () => {
  const [one, two] = await Promise.all([bundle('index', true), bundle('index', true)]);
  assert.deepEqual(one, two);
  assert.ok(!new TextDecoder().decode(one).includes(process.cwd()));
});

test('the published manifest has no dependency and names only what is built', async () => {
  const published = JSON.stringify(await manifest());
  assert.ok(!published.includes('"dependencies"') && !published.includes('"devDependencies"'));
  assert.ok(!published.includes('src/'));
});
