import { type Authorised, addressOf, enrolledDevice, findCodec, paths, type WalletRecord } from '@symbolon/protocol';
import { checkIdentity, checkSignInFor } from '@symbolon/verify';
import { personOf } from './keep.ts';
import type { ShareStore } from './shareStore.ts';

/**
 * The active wallet of a token's person, for an enrolled device, or for a new key that this sign-in was made for: a stolen token
 * alone learns nothing.
 */
export async function find(store: ShareStore, request: Authorised): Promise<{ found: WalletRecord | null }> {
  const { identity, key } = await store.authoriser.authorise(findCodec, addressOf(store.url, paths.find), request);
  const row = store.wallets.activeOf(personOf(identity));
  if (row === null) return { found: null };
  const { verified } = store.wallet(row.id);
  // The index by person is a column; whose wallet it is stands in the deed.
  checkIdentity(verified.deed, row.salt, identity);
  if (enrolledDevice(verified.deed, key) === null) checkSignInFor(identity, key, store.now());
  const { id: wallet, epoch, salt, activation, order, flip } = row;
  return { found: { wallet, epoch, deed: store.wallets.deed(row.id), salt, activation, order, flip } };
}
