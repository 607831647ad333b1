import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseVaultText, vaultText } from './statement.ts';

const identity = new Uint8Array(32).fill(0xab);

test('a vault is written one way, and read back from that alone', () => {
  for (const kind of ['embedded', 'pkcs11'] as const) {
    assert.deepEqual(parseVaultText(vaultText({ kind, identity })), { kind, identity });
  }
  const good = vaultText({ kind: 'pkcs11', identity });
  for (const bad of [
    '',
    'pkcs11',
    good.slice(1),
    `${good}0`,
    good.slice(0, -1),
    good.toUpperCase(),
    ` ${good}`,
    `${good}\n`,
  ])
    assert.equal(parseVaultText(bad), null, JSON.stringify(bad));
});
