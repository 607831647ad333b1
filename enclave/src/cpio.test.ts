import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Entry, writeCpio } from './cpio.ts';
import { readCpio } from './testing.ts';

const file = (path: string, text: string, executable = false): Entry => ({
  path,
  kind: 'file',
  content: Buffer.from(text),
  executable,
});

test('a ramdisk holds its files, and the folders on the way, read-only, of root, without a time', () => {
  const archive = writeCpio([file('init', 'run', true), file('app/lib/x.node', 'native')]);
  assert.deepEqual(readCpio(archive), [
    { path: 'app', mode: '40555', owner: 0, time: 0, content: '' },
    { path: 'app/lib', mode: '40555', owner: 0, time: 0, content: '' },
    { path: 'app/lib/x.node', mode: '100444', owner: 0, time: 0, content: 'native' },
    { path: 'init', mode: '100555', owner: 0, time: 0, content: 'run' },
  ]);
});

test('the order in which things are named changes nothing, and another ramdisk can follow', () => {
  const [a, b] = [file('a', '1'), file('b/c', '22')];
  const archive = writeCpio([a, b]);
  assert.deepEqual(archive, writeCpio([b, a]));
  assert.equal(archive.length % 512, 0);
});

test('a path that leads elsewhere, or stands twice, is refused', () => {
  for (const path of ['', '/etc', '../up', 'a//b', 'a/./b'])
    assert.throws(() => writeCpio([file(path, '')]), RangeError);
  assert.throws(() => writeCpio([file('a', '1'), file('a', '2')]), RangeError);
});
