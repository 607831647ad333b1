import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cells } from './cells.ts';
import { expected } from './expected.ts';
import { expectedMarkdown, marks } from './table.ts';

const readme = readFileSync(join(import.meta.dirname, '..', '..', '..', 'README.md'), 'utf8');

test('every single party and every pair of the eight has its expected outcome', () => {
  assert.equal(cells.length, 8 + 28);
  assert.deepEqual(Object.keys(expected).sort(), cells.map(({ name }) => name).sort());
});

test("the README's trust matrix is the one that is asserted", () => {
  const [, table = ''] = readme.split(marks.begin);
  assert.equal(table.split(marks.end)[0]?.trim(), expectedMarkdown());
});
