import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Every module reachable from `entry` by relative imports, and every package it imports. */
function imports(entry: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(entry.href)) return new Set();
  seen.add(entry.href);
  const found = new Set<string>();
  for (const [, specifier = ''] of readFileSync(entry, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)) {
    if (!specifier.startsWith('.')) found.add(specifier);
    else for (const name of imports(new URL(specifier, entry), seen)) found.add(name);
  }
  return found;
}

const source = (path: string) => new URL(path, import.meta.url);

test('what runs in browsers reaches no module of Node and no native addon', () => {
  for (const entry of ['./index.ts', './device/index.ts']) {
    assert.ok(existsSync(source(entry)));
    for (const name of imports(source(entry))) assert.match(name, /^@(noble|hpke)\//, `${entry} imports ${name}`);
  }
});

test('the servers sign and open with native code only; of JavaScript they take a hash of public data', () => {
  const found = [...imports(source('./native/index.ts'))].sort();
  assert.deepEqual(found, [
    '@noble/hashes/sha2.js',
    'node:crypto',
    'node:module',
    'secp256k1/bindings.js',
    'sodium-native',
  ]);
});
