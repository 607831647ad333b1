import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { type MeasurementText, printMeasurement } from '@symbolon/attestation';
import { measureSigner } from './measure.ts';

const base = mkdtempSync(join(tmpdir(), 'symbolon-measure-'));
after(() => rmSync(base, { recursive: true }));

const FILES = {
  'package-lock.json': '{"lockfileVersion": 3}',
  'parties/signer/package.json':
    '{"name": "signer", "dependencies": {"near": "1", "outside": "1"}, "devDependencies": {"tool": "1"}}',
  'parties/signer/src/main.ts': 'sign',
  'parties/signer/src/main.test.ts': 'test',
  'parties/cloud/src/main.ts': 'cloud',
  'packages/near/package.json': '{"name": "near", "dependencies": {"far": "1"}}',
  'packages/near/src/index.ts': 'near',
  'packages/far/package.json': '{"name": "far", "dependencies": {"near": "1"}}',
  'packages/far/src/deep/file.ts': 'far',
  'packages/tool/package.json': '{"name": "tool"}',
  'packages/tool/src/index.ts': 'tool',
};

let repos = 0;
/** A repository in a folder of its own, with these files on top. */
function repo(changes: Record<string, string> = {}): string {
  const root = join(base, String(repos++));
  for (const [path, content] of Object.entries({ ...FILES, ...changes })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const measure = (root: string) => printMeasurement(measureSigner(root));
const original = measure(repo());
const changed = (text: MeasurementText) =>
  Object.entries(original)
    .filter(([name, hex]) => hex !== text[name as keyof MeasurementText])
    .map(([name]) => name);

test('the same sources in another place measure the same', () => {
  assert.deepEqual(measure(repo()), original);
  const copy = join(base, 'copy');
  cpSync(repo(), copy, { recursive: true });
  assert.deepEqual(measure(copy), original);
});

test('PCR1 is the lockfile in the manner of Nitro: SHA384(0^48 || SHA384(contents))', () => {
  const sha384 = (bytes: Uint8Array) => createHash('sha384').update(bytes).digest();
  const contents = readFileSync(join(repo(), 'package-lock.json'));
  assert.equal(original.pcr1, sha384(Buffer.concat([Buffer.alloc(48), sha384(contents)])).toString('hex'));
});

test('a change to the lockfile shows in PCR0 and 1', () => {
  assert.deepEqual(changed(measure(repo({ 'package-lock.json': '{}' }))), ['pcr0', 'pcr1']);
});

test("a change to the signer's sources, to a package however far, to a manifest, or a new file shows in PCR0 and 2", () => {
  const paths = ['parties/signer/src/main.ts', 'packages/near/src/index.ts', 'packages/far/src/deep/file.ts'];
  for (const path of [...paths, 'packages/far/src/new.json']) {
    assert.deepEqual(changed(measure(repo({ [path]: 'other' }))), ['pcr0', 'pcr2'], path);
  }
  const exports = '{"name": "far", "exports": "./src/other.ts"}';
  assert.deepEqual(changed(measure(repo({ 'packages/far/package.json': exports }))), ['pcr0', 'pcr2']);
});

test('a byte moved from one file to the next is a change', () => {
  const moved = { 'packages/far/src/a.ts': 'xy', 'packages/far/src/b.ts': 'z' };
  const other = { 'packages/far/src/a.ts': 'x', 'packages/far/src/b.ts': 'yz' };
  assert.notEqual(measure(repo(moved)).pcr2, measure(repo(other)).pcr2);
});

test('tests, other parties and packages used for development alone are not measured', () => {
  for (const path of ['parties/signer/src/main.test.ts', 'parties/cloud/src/main.ts', 'packages/tool/src/index.ts']) {
    assert.deepEqual(changed(measure(repo({ [path]: 'other' }))), [], path);
  }
});

test('a link among the sources is refused: what it leads to is not measured', () => {
  const root = repo();
  symlinkSync('/etc/hostname', join(root, 'packages/far/src/link.ts'));
  assert.throws(() => measureSigner(root), /packages\/far\/src\/link\.ts is not a plain file/);
});
