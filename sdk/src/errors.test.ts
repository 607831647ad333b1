import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { refusals, SymbolonError } from './errors.ts';

test('every reason is in the README with its code, and the README has no other', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| (-?\d+) \| `([a-z-]+)` \|/gm)].map(([, code, reason]) => `${reason} ${code}`);
  const given = Object.entries(refusals).map(([reason, [code]]) => `${reason} ${code}`);
  assert.deepEqual(new Set(rows), new Set(given));
  assert.equal(rows.length, given.length);
});

test('an error is an Error, and survives JSON with its code, reason and place in the docs', () => {
  const error = new SymbolonError(4001, 'popup-closed', 'closed', { more: 1 });
  assert.ok(error instanceof Error);
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    code: 4001,
    reason: 'popup-closed',
    message: 'closed',
    docs: 'docs/errors.md#popup-closed',
    data: { more: 1 },
  });
});
