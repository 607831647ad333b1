import { equal } from '@symbolon/crypto';
import { parseVaultText, type VaultName, vaultText } from '@symbolon/protocol';
import type { KmsStore } from './store.ts';

/** `here`: the vault of all keys, or of those that have not moved yet. `goal`: where a running kms would let them go. */
type Pin = 'vault-here' | 'vault-goal';

/** What the store knows of its vaults, or null. */
export function pinnedVault({ database }: KmsStore, pin: Pin): VaultName | null {
  const row = database.statement('SELECT value FROM pinned WHERE name = ?').get(pin);
  return row === undefined ? null : parseVaultText(String(row['value']));
}

/** Durable when it resolves. Null forgets it. */
export async function pinVault({ commit }: KmsStore, pin: Pin, vault: VaultName | null): Promise<void> {
  await commit.submit(({ statement }) => {
    statement('DELETE FROM pinned WHERE name = ?').run(pin);
    if (vault !== null) statement('INSERT INTO pinned (name, value) VALUES (?, ?)').run(pin, vaultText(vault));
  });
}

/** Whether anything is kept under a key yet. */
export const hasKeys = ({ database }: KmsStore): boolean =>
  database.statement('SELECT 1 FROM share_keys LIMIT 1').get() !== undefined;

export const sameVault = (a: VaultName, b: VaultName): boolean => a.kind === b.kind && equal(a.identity, b.identity);
