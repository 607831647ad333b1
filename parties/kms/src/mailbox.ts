import { equal } from '@symbolon/crypto';
import { type Deed, mailboxHash } from '@symbolon/protocol';
import type { WalletRow } from '@symbolon/share-store';

/** The mailbox of a wallet, if it is the deed's: a column that somebody changed sends nothing anywhere (law 12). Null otherwise. */
export function mailboxOf({ mailbox, salt }: WalletRow, deed: Deed): string | null {
  if (mailbox === null || deed.mailbox === null) return null;
  return equal(deed.mailbox, mailboxHash(salt, mailbox)) ? mailbox : null;
}
