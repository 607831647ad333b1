import { equal } from '@symbolon/crypto';
import {
  type Curve,
  curvesOf,
  type Deed,
  packShare,
  type ReleaseKind,
  type ShareHeader,
  type ShareRequest,
} from '@symbolon/protocol';
import {
  checkDevice,
  checkIdentity,
  enrolledOrigin,
  type Identity,
  Refusal,
  type VerifiedSigner,
} from '@symbolon/verify';
import type { ShareStore } from './shareStore.ts';
import type { PendingEpoch, WalletRow } from './walletStore.ts';

/** Law 9: what each kind of release asks of a wallet. */
const releaseRules: Record<ReleaseKind, Rule> = {
  create: { state: 'pending', epoch: 'current', curves: 'all', embedded: false },
  rotate: { state: 'active', epoch: 'prepared', curves: 'all', embedded: false },
  sign: { state: 'active', epoch: 'current', curves: 'one', embedded: true },
};

interface Rule {
  state: WalletRow['state'];
  epoch: 'current' | 'prepared';
  curves: 'all' | 'one';
  embedded: boolean;
}

/**
 * What a store checks for itself before a share leaves, at this moment: the wallet's state, epoch and deed head, the person, the
 * device, the public keys, and that the kind is open to them. Throws Refusal.
 */
export function checkRelease(
  row: WalletRow,
  deed: Deed,
  asked: { message: ShareRequest; identity: Identity; key: Uint8Array },
  prepared: PendingEpoch | null,
): Curve[] {
  const { message, identity, key } = asked;
  const rule = releaseRules[message.kind];
  if (row.state !== rule.state) throw new Refusal('wallet-state', `The wallet is ${row.state}.`);
  const epoch = rule.epoch === 'current' ? row.epoch : prepared?.epoch;
  if (epoch !== message.epoch) throw new Refusal('wallet-state', 'Of another epoch.');
  if (!equal(row.head, message.deed)) throw new Refusal('deed-invalid', 'Of another version of the deed.');
  checkIdentity(deed, row.salt, identity);
  const origin = enrolledOrigin(deed, key);
  checkDevice(deed, key, origin);
  // The origin itself is in the envelope, which only the signer reads; it compares.
  if (origin !== null && !rule.embedded) throw new Refusal('device-scope', 'A key of an embedded page may only sign.');

  const curves = curvesOf(message.publicKeys);
  const right = rule.curves === 'one' ? curves.length === 1 : curves.length === curvesOf(deed.keys).length;
  const same = curves.every((curve) => equal(message.publicKeys[curve] ?? none, deed.keys[curve] ?? none));
  if (!right || !same) throw new Refusal('share-mismatch', 'The public keys are not those of the deed.');
  return curves;
}

const none = new Uint8Array();

/** Law 2: the shares of one request, signed inside, sealed to one signer whose evidence this store has verified. */
export async function sealShare(
  store: ShareStore,
  signer: VerifiedSigner,
  header: ShareHeader,
  curves: readonly Curve[],
): Promise<Uint8Array> {
  const shares = await store.open(header.wallet, header.epoch, curves);
  try {
    using packed = packShare(header, shares, store.signing);
    return store.channels.to(signer).seal(header.rh, packed.expose());
  } finally {
    for (const share of shares) share.wipe();
  }
}
