import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadKeys } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'issuer-keys-'));
after(() => rmSync(folder, { recursive: true }));

test('keys are made once, in files for the owner to read, and are the same ever after', async () => {
  const racing = await Promise.all([loadKeys(folder), loadKeys(folder)]);
  const later = await loadKeys(folder);
  for (const keys of racing) {
    assert.deepEqual(keys.jwks, later.jwks);
    assert.deepEqual(keys.cookieKeys, later.cookieKeys);
    assert.ok(keys.codeKey.equals(later.codeKey) && keys.pseudonymKey.equals(later.pseudonymKey));
  }
  assert.ok(!later.codeKey.equals(later.pseudonymKey));
  for (const name of ['signing-key.json', 'root-secret']) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o400);
  }
});

test('a key that others could have read is refused', async () => {
  await loadKeys(folder);
  chmodSync(join(folder, 'signing-key.json'), 0o440);
  await assert.rejects(loadKeys(folder), { code: 'secret-file' });
});
