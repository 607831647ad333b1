import {
  type Authorised,
  addressOf,
  paths,
  type ShareRequest,
  shareRequestCodec,
  thumbprint,
} from '@symbolon/protocol';
import { checkRelease, sealShare } from '@symbolon/share-store';
import { checkIdentity, type Identity } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';
import { settleEpoch } from './epochs.ts';

/**
 * Seals Key B of one request to a signer that this party has verified itself; the device carries it unopened. A replay yields the
 * same share for the same request to the same signer: the kms lets no request be used twice. Throws Refusal and ProtocolError.
 */
export async function seal(cloud: Cloud, request: Authorised): Promise<{ sealed: Uint8Array }> {
  const { shares } = cloud;
  const asked = await shares.authoriser.authorise(shareRequestCodec, addressOf(shares.url, paths.seals), request);
  const { kind, wallet, epoch, deed, publicKeys, signer, rh } = asked.message;

  const verifiedSigner = shares.evidence.current(signer);
  await followIfBehind(cloud, asked);
  const { row, verified } = shares.wallet(wallet);
  const prepared = kind === 'rotate' ? shares.wallets.pending(wallet) : null;
  const curves = checkRelease(row, verified.deed, asked, prepared);
  const issuerKeys = await shares.tokens.currentKeys(asked.identity.issuer);

  const [at, device] = [shares.now(), thumbprint(asked.key)];
  const common = { v: 1, deployment: shares.deployment.id, kind, wallet, epoch, deed, publicKeys, signer, rh } as const;
  const header = { ...common, store: 'cloud', device, at, issuerKeys, receipt: null } as const;
  return { sealed: await sealShare(shares, verifiedSigner, header, curves) };
}

/** The kms may have flipped, and the device known of it, before this party heard. Nobody else has it ask. */
async function followIfBehind(
  cloud: Cloud,
  { message: { kind, wallet, epoch }, identity }: { message: ShareRequest; identity: Identity },
): Promise<void> {
  if (kind !== 'sign' || cloud.shares.wallets.pending(wallet)?.epoch !== epoch) return;
  const { row, verified } = cloud.shares.wallet(wallet);
  checkIdentity(verified.deed, row.salt, identity);
  await settleEpoch(cloud, wallet);
}
