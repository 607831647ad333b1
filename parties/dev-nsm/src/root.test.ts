import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createDevelopmentRoot, ownCertificate } from '@symbolon/attestation/develop';
import { openRoot } from './root.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'symbolon-root-'));
});
afterEach(() => rmSync(base, { recursive: true }));
const mode = (path: string) => statSync(path).mode & 0o777;

test('the root is made once, its key 0400 in a folder 0700, and nothing else is left there', () => {
  const directory = join(base, 'root');
  const first = openRoot(directory);
  assert.equal(mode(directory), 0o700);
  assert.equal(mode(join(directory, 'root.key')), 0o400);
  assert.deepEqual(readdirSync(directory).toSorted(), ['root.der', 'root.key']);
  assert.deepEqual(readFileSync(join(directory, 'root.der')), Buffer.from(ownCertificate(first)));
  const second = openRoot(directory);
  assert.ok(second.privateKey.equals(first.privateKey));
  assert.deepEqual(Buffer.from(ownCertificate(second)), Buffer.from(ownCertificate(first)));
});

test('a start that was killed before the key was there begins again', () => {
  openRoot(base);
  unlinkSync(join(base, 'root.key'));
  const again = openRoot(base);
  assert.deepEqual(readFileSync(join(base, 'root.der')), Buffer.from(ownCertificate(again)));
});

test('a folder or key that others can read is refused', () => {
  openRoot(base);
  chmodSync(join(base, 'root.key'), 0o440);
  assert.throws(() => openRoot(base), /root\.key can be read by others/);
  chmodSync(join(base, 'root.key'), 0o400);
  chmodSync(base, 0o750);
  assert.throws(() => openRoot(base), /can be read by others/);
});

test('a certificate of another key is refused', () => {
  openRoot(base);
  writeFileSync(join(base, 'root.der'), ownCertificate(createDevelopmentRoot()));
  assert.throws(() => openRoot(base), /do not belong together/);
});
