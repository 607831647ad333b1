import type { Database } from '@symbolon/service';
import type { WrappedKey } from './vault.ts';
import type { StoredShares } from './walletStore.ts';

/** One epoch of one wallet, and the key under which its shares lie. */
export interface KeptKey {
  wallet: Uint8Array;
  epoch: number;
  key: WrappedKey;
}

/** Keys of all wallets and epochs in a fixed order, from behind `after` on. */
export function keysAfter({ statement }: Database, after: KeptKey | null, limit: number): KeptKey[] {
  const sql = `SELECT wallet, epoch, wrapped FROM share_keys WHERE (wallet, epoch) > (?, ?)
    ORDER BY wallet, epoch LIMIT ?`;
  const rows = statement(sql).all(after?.wallet ?? new Uint8Array(), after?.epoch ?? 0, limit);
  return rows.map(({ wallet, epoch, wrapped }) => ({
    wallet: wallet as Uint8Array,
    epoch: Number(epoch),
    key: wrapped as WrappedKey,
  }));
}

/**
 * Inside a work: the same shares, kept under another key; the copy of the key before is gone. False if they are no longer kept under
 * `before.key`: destroyed meanwhile, or moved already.
 */
export function replaceShares({ statement }: Database, before: KeptKey, next: StoredShares): boolean {
  const { wallet, epoch, key } = before;
  const sql = 'UPDATE share_keys SET wrapped = ? WHERE wallet = ? AND epoch = ? AND wrapped = ?';
  if (statement(sql).run(next.key, wallet, epoch, key).changes !== 1) return false;
  const update = 'UPDATE shares SET sealed = ? WHERE wallet = ? AND epoch = ? AND curve = ?';
  for (const [curve, sealed] of Object.entries(next.sealed))
    if (statement(update).run(sealed, wallet, epoch, curve).changes !== 1)
      throw new Error('a share of this epoch is missing');
  return true;
}
