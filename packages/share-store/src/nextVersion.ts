import { equal } from '@symbolon/crypto';
import { type DeedAuthority, type DeedChange, type DeedUpdate, deedChange, thumbprint } from '@symbolon/protocol';
import {
  checkDevice,
  checkIdentity,
  checkSignInFor,
  type Identity,
  Refusal,
  type VerifiedDeed,
} from '@symbolon/verify';
import type { ShareStore } from './shareStore.ts';
import type { WalletRow } from './walletStore.ts';

/**
 * Checks that the asker may bring this next version (law 4), as each store does for itself. Throws Refusal.
 */
export function checkNextVersion(
  store: ShareStore,
  asked: { message: DeedUpdate; identity: Identity; key: Uint8Array },
  current: { row: WalletRow; verified: VerifiedDeed },
): { next: VerifiedDeed; change: DeedChange } {
  const { message, identity } = asked;
  const { row, verified } = current;
  if (row.state !== 'active') throw new Refusal('wallet-state', `The wallet is ${row.state}.`);
  checkIdentity(verified.deed, row.salt, identity);
  const next = store.deeds.extend(verified, message.version);
  const change = deedChange(verified.deed, verified.head, next.deed);
  checkBringer(message.version.authority, change, asked, verified, store.now());
  return { next, change };
}

/** An enrolled device brings its own change; a device that comes in by mail brings itself, right after its sign-in. */
function checkBringer(
  authority: DeedAuthority,
  change: DeedChange,
  { identity, key }: { identity: Identity; key: Uint8Array },
  verified: VerifiedDeed,
  now: number,
): void {
  if (authority.by === 'device') {
    checkDevice(verified.deed, key, null);
    return;
  }
  checkSignInFor(identity, key, now);
  if (change.kind !== 'enrol' || !equal(thumbprint(change.device.key), thumbprint(key))) {
    throw new Refusal('deed-invalid', 'A device that comes in by mail brings itself and no other.');
  }
}
