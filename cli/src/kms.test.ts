import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SoftHsm } from '../../parties/kms/src/pkcs11/softHsm.ts';
import { run } from './run.ts';
import { recordingIo } from './testIo.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-kms-'));
after(() => rmSync(folder, { recursive: true }));
const hsm = new SoftHsm(join(folder, 'hsm'));
const dataDir = join(folder, 'data');

function symbolon(...args: string[]) {
  const env = { ...process.env, ...hsm.settings.environment };
  return spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { env, encoding: 'utf8' });
}

test('kms init makes the root in an HSM once, and names the vault as a statement does', () => {
  const first = symbolon('kms', 'init', '--data-dir', dataDir, ...hsm.initArguments);
  assert.equal(first.status, 0, first.stderr);
  assert.match(JSON.parse(first.stdout).vault, /^pkcs11:[0-9a-f]{64}$/);
  assert.equal(symbolon('kms', 'init', '--data-dir', dataDir, ...hsm.initArguments).stdout, first.stdout);
});

test('what is wrong is said, with what to do next', () => {
  const noToken = symbolon('kms', 'init', '--data-dir', dataDir, '--pkcs11', hsm.settings.library, '--key-label', 'x');
  assert.equal(noToken.status, 1);
  assert.match(noToken.stderr, /no-terminal/, 'there is nobody to ask for the PIN');
  const config = join(folder, 'config.json');
  writeFileSync(config, '{}');
  const move = symbolon('kms', 'move', config);
  assert.equal(move.status, 1);
  assert.match(move.stderr, /config-invalid/);
});

test('a line that is not understood makes nothing', async () => {
  const io = recordingIo();
  assert.equal(await run(['--home', folder, 'kms', 'init'], io), 2);
  assert.match(io.erred, /--data-dir/);
});
