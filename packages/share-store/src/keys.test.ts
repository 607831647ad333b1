import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { toBase64url } from '@symbolon/crypto';
import type { Deployment } from '@symbolon/protocol';
import { ConfigError, openDatabase } from '@symbolon/service';
import { initialiseKeys, loadKeys } from './keys.ts';
import { pinDeployment, pinTable } from './pin.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-keys-'));
after(() => rmSync(folder, { recursive: true }));
const codeIs = (code: string) => (error: unknown) => error instanceof ConfigError && error.code === code;

describe("a store's own keys", () => {
  const dataDir = join(folder, 'data');
  const publicHalves = initialiseKeys(dataDir);
  const files = readdirSync(dataDir).map((name) => join(dataDir, name));

  it('lie in a folder and files that nobody else may read', () => {
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(dataDir).sort(), ['root.key', 'sealing.key', 'signing.key']);
    for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o400);
  });

  it('are three different ones of 32 bytes, and only their public halves are told', () => {
    const seeds = files.map((file) => readFileSync(file));
    assert.ok(seeds.every(({ length }) => length === 32));
    assert.equal(new Set(seeds.map((seed) => seed.toString('hex'))).size, 3);
    const { signing, sealing } = loadKeys(dataDir);
    assert.deepEqual(publicHalves, {
      signing: toBase64url(signing.publicKey),
      sealing: toBase64url(sealing.publicKey),
    });
  });

  it('that stand are never made anew', () => {
    assert.deepEqual(initialiseKeys(dataDir), publicHalves);
  });

  it('are not used when others may read them, when one is missing, or when they are not whole', () => {
    const [first] = files;
    assert.ok(first);
    chmodSync(first, 0o440);
    assert.throws(() => loadKeys(dataDir), codeIs('secret-file'));
    assert.throws(() => initialiseKeys(dataDir), codeIs('secret-file'));
    rmSync(first);
    assert.throws(() => loadKeys(dataDir), codeIs('secret-file'));
    chmodSync(dataDir, 0o750);
    assert.throws(() => initialiseKeys(dataDir), codeIs('private-folder'));
  });
});

describe('a store belongs to one deployment for life', () => {
  const production = { id: 'test-pin', mode: 'production' } as Deployment;
  const path = join(folder, 'pin.sqlite');
  const started = (deployment: Deployment) => {
    const database = openDatabase(path, [pinTable]);
    try {
      pinDeployment(database, deployment);
    } finally {
      database.close();
    }
  };

  it('one started as production never starts as development, nor the other way about', () => {
    started(production);
    assert.throws(() => started({ ...production, mode: 'development' }), codeIs('config-invalid'));
    assert.throws(() => started({ ...production, id: 'test-other' }), codeIs('config-invalid'));
    started(production);
  });
});
