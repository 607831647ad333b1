import { type Authorised, addressOf, paths, shareRequestCodec, thumbprint } from '@symbolon/protocol';
import { checkRelease, sealShare } from '@symbolon/share-store';
import type { Cloud } from './cloud.ts';

/**
 * Seals Key B of one request to a signer that this party has verified itself; the device carries it unopened. A replay yields the
 * same share for the same request to the same signer: the kms lets no request be used twice. Throws Refusal and ProtocolError.
 */
export async function seal({ shares }: Cloud, request: Authorised): Promise<{ sealed: Uint8Array }> {
  const asked = await shares.authoriser.authorise(shareRequestCodec, addressOf(shares.url, paths.seals), request);
  const { kind, wallet, epoch, deed, publicKeys, signer, rh } = asked.message;

  const verifiedSigner = shares.evidence.current(signer);
  const { row, verified } = shares.wallet(wallet);
  const curves = checkRelease(row, verified.deed, asked);
  const issuerKeys = await shares.tokens.currentKeys(asked.identity.issuer);

  const [at, device] = [shares.now(), thumbprint(asked.key)];
  const common = { v: 1, deployment: shares.deployment.id, kind, wallet, epoch, deed, publicKeys, signer, rh } as const;
  const header = { ...common, store: 'cloud', device, at, issuerKeys, receipt: null } as const;
  return { sealed: await sealShare(shares, verifiedSigner, header, curves) };
}
