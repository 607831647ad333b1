import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DevnetError } from './errors.ts';
import { fixedPorts, readPorts } from './ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'ports-'));
const path = join(folder, 'ports.json');
after(() => rmSync(folder, { recursive: true }));

test('a home keeps its ports; a new one has none', () => {
  assert.equal(readPorts(path), null);
  writeFileSync(path, JSON.stringify(fixedPorts(4_100)));
  assert.deepEqual(readPorts(path), fixedPorts(4_100));
  writeFileSync(path, '{"issuer": 4101}');
  assert.deepEqual(readPorts(path), { issuer: 4_101 }, 'an earlier version had fewer');
});

test('a damaged ports.json is named, with what to do', () => {
  for (const text of ['{', '', '[]', '{}', '{"issuer": "4101"}', '{"issuer": 4101, "kms": 99999}']) {
    writeFileSync(path, text);
    assert.throws(
      () => readPorts(path),
      (error) =>
        error instanceof DevnetError &&
        error.code === 'home-damaged' &&
        error.message.includes(path) &&
        /--fresh/.test(error.hint),
      text,
    );
  }
});
