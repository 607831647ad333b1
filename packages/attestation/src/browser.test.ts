import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

test('the verifier runs in a browser: all that it imports is its own, or cborg', () => {
  const reached = new Set([new URL('./index.ts', import.meta.url).href]);
  const outside = new Set<string>();
  for (const file of reached) {
    for (const [, name = ''] of readFileSync(new URL(file), 'utf8').matchAll(
      /^(?:import|export|\}) .*from '(.+)';$/gm,
    )) {
      if (name.startsWith('.')) reached.add(new URL(name, file).href);
      else outside.add(name);
    }
  }
  assert.deepEqual([...outside], ['cborg']);
  assert.ok(reached.size >= 10);
});
