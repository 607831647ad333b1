import {
  addressOf,
  paths,
  type ReleaseAsk,
  type ReleaseResult,
  receiptHash,
  receiptStatement,
  shareRequestCodec,
  tagged,
  thumbprint,
} from '@symbolon/protocol';
import { checkRelease, sealShare } from '@symbolon/share-store';
import type { Kms } from './kms.ts';
import { preparedFor } from './rotation.ts';

/**
 * Releases Key A for one request: everything checked here again, on record (law 5), and only then sealed to a signer that this
 * party has verified itself. Throws Refusal and ProtocolError.
 */
export async function release(kms: Kms, ask: ReleaseAsk): Promise<ReleaseResult> {
  const { shares, store } = kms;
  const asked = await shares.authoriser.authorise(shareRequestCodec, addressOf(shares.url, paths.releases), ask);
  const { kind, wallet, epoch, deed, publicKeys, signer, rh, expires } = asked.message;

  const verifiedSigner = shares.evidence.current(signer);
  const { row, verified } = shares.wallet(wallet);
  const curves = checkRelease(row, verified.deed, asked, preparedFor(kms, asked.message));
  const issuerKeys = await shares.tokens.currentKeys(asked.identity.issuer);

  const at = shares.now();
  const device = thumbprint(asked.key);
  const common = {
    v: 1,
    deployment: shares.deployment.id,
    kind,
    wallet,
    epoch,
    deed,
    signer,
    rh,
    device,
    at,
    issuerKeys,
  } as const;
  const body = await store.recordRelease(row, { ...common, challenge: ask.challenge, expires });
  const sealed = await sealShare(
    shares,
    verifiedSigner,
    { ...common, store: 'kms', publicKeys, receipt: receiptHash(body) },
    curves,
  );
  const signature = shares.signing.sign(tagged(receiptStatement.domain, body));
  return { status: 'released', receipt: { body, signature }, sealed };
}
