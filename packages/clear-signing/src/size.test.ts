import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildIndex } from './buildIndex.ts';
import { descriptorFiles, snapshot } from './runner/files.ts';

const gzipped = (bytes: string | Buffer): number => gzipSync(bytes, { level: 9 }).length;

test('the engine, bundled for a browser, is under 24 KB gzipped and needs nothing of Node', (t) => {
  const root = resolve(import.meta.dirname, '../../..');
  const options = ['--bundle', '--minify', '--format=esm', '--platform=browser', '--target=es2022'];
  const entry = join(import.meta.dirname, 'index.ts');
  const bundle = execFileSync(join(root, 'node_modules/.bin/esbuild'), [entry, ...options]);
  t.diagnostic(`engine: ${bundle.length} bytes, ${gzipped(bundle)} gzipped`);
  assert.ok(gzipped(bundle) < 24_000);
});

test('the index of the whole snapshot is under 40 KB gzipped, a descriptor 2 KB in the middle', async (t) => {
  const { index, descriptors } = await buildIndex(descriptorFiles(snapshot));
  const sizes = [...descriptors.values()].map(gzipped).sort((a, b) => a - b);
  const [middle = 0, largest = 0] = [sizes[Math.floor(sizes.length / 2)], sizes.at(-1)];
  t.diagnostic(
    `index: ${gzipped(JSON.stringify(index))}, descriptors: ${middle} in the middle, ${largest} at most, gzipped`,
  );
  assert.ok(gzipped(JSON.stringify(index)) < 40_000);
  assert.ok(middle < 2_000);
});
