import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { utf8 } from '@symbolon/crypto';
import { verifyEs256 } from '@symbolon/crypto/native';
import { hasCode } from '../errors.ts';
import { Stored, textRecord } from '../storage.ts';
import { fileDeviceKey } from './fileDeviceKey.ts';
import { fileLock } from './fileLock.ts';
import { FileStorage } from './fileStorage.ts';

const folder = await mkdtemp(join(tmpdir(), 'client-'));
after(() => rm(folder, { recursive: true, force: true }));
const permissions = async (path: string) => (await stat(path)).mode & 0o777;
const corrupt = (error: unknown) => hasCode(error, 'storage-corrupt');

describe('storage in files', () => {
  it('gives back what was set, in files of the owner alone, and leaves nothing beside them', async () => {
    const path = join(folder, 'storage');
    const storage = await FileStorage.open(path);
    assert.equal(await storage.get('a'), null);
    await Promise.all([storage.set('a', utf8('one')), storage.set('a', utf8('two')), storage.set('b.c-d', utf8('x'))]);
    await storage.set('a', utf8('three'));
    assert.deepEqual(await (await FileStorage.open(path)).get('a'), new Uint8Array(utf8('three')));
    assert.deepEqual([await permissions(path), await permissions(join(path, 'a'))], [0o700, 0o600]);
    assert.deepEqual((await readdir(path)).sort(), ['a', 'b.c-d']);
    await storage.delete('a');
    await storage.delete('a');
    assert.equal(await storage.get('a'), null);
  });

  it('does not leave its folder, and does not work where others may look', async () => {
    const path = join(folder, 'names');
    const storage = await FileStorage.open(path);
    for (const name of ['', '..', '../a', 'a/b', '.hidden', 'A']) await assert.rejects(storage.get(name), RangeError);
    await chmod(path, 0o755);
    await assert.rejects(FileStorage.open(path), corrupt);
  });

  it('never takes what it cannot read for absent', async () => {
    const storage = await FileStorage.open(join(folder, 'corrupt'));
    const stored = new Stored(storage, 'session', textRecord(['idToken']));
    assert.equal(await stored.read(), null);
    for (const text of ['', '{', '[]', '{"idToken":1}', '{"idToken":"a","more":"b"}', '{}']) {
      await storage.set('session', utf8(text));
      await assert.rejects(stored.read(), corrupt);
    }
    await stored.write({ idToken: 'a' });
    assert.deepEqual(await stored.read(), { idToken: 'a' });
  });
});

describe('a device key in a file', () => {
  it('is made once, also where two race, for the owner alone, and signs ES256', async () => {
    const path = join(folder, 'device.key');
    const [one, two] = await Promise.all([fileDeviceKey(path), fileDeviceKey(path)]);
    assert.deepEqual(one.point, two.point);
    assert.deepEqual((await fileDeviceKey(path)).point, one.point);
    assert.equal(await permissions(path), 0o600);
    const signature = await one.sign(utf8('message'));
    assert.ok(verifyEs256(one.point, utf8('message'), signature));
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.new')),
      [],
    );
  });

  it('that others may read, or that is no such key, is refused and left alone', async () => {
    const path = join(folder, 'open.key');
    await fileDeviceKey(path);
    await chmod(path, 0o644);
    await assert.rejects(fileDeviceKey(path), corrupt);
    const wrong = join(folder, 'wrong.key');
    await writeFile(wrong, 'not a key', { mode: 0o600 });
    await assert.rejects(fileDeviceKey(wrong), corrupt);
  });
});

describe('a lock over processes', () => {
  it('lets one in at a time, and is taken over from a process that was killed', async () => {
    const path = join(folder, 'locks');
    await FileStorage.open(path);
    const module = join(import.meta.dirname, 'fileLock.ts');
    const killed = `
      const { fileLock } = await import(${JSON.stringify(module)});
      await fileLock(${JSON.stringify(path)})('session', async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => setTimeout(() => {}, 1000)); });`;
    const run = promisify(execFile);
    await assert.rejects(run(process.execPath, ['--input-type=module', '-e', killed]));
    assert.deepEqual(await readdir(path), ['session.lock']);

    const [one, two] = [fileLock(path), fileLock(path)];
    let inside = 0;
    const work = async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all([one('session', work), two('session', work), one('session', work), two('session', work)]);
    await assert.rejects(
      one('session', () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    await two('session', work);
    assert.deepEqual(await readdir(path), []);
  });
});
