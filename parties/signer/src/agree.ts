import { equal, type Secret } from '@symbolon/crypto';
import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  type Curve,
  curvesOf,
  type Deed,
  type Envelope,
  type Receipt,
  receiptHash,
  receiptStatement,
  type ShareHeader,
  type Signed,
  type Store,
  sealInfo,
  storeTimeWindow,
  tagged,
  unpackShare,
} from '@symbolon/protocol';
import { type Identity, Refusal } from '@symbolon/verify';
import type { Signer } from './signer.ts';

/** A request as this party has verified it. */
export interface Asked {
  envelope: Envelope;
  rh: Uint8Array;
  deed: Deed;
  identity: Identity;
  /** RFC 7638 hash of the device key that made the proof. */
  device: Uint8Array;
}

/**
 * Opens one store's shares and checks what the store says of them against the request: same wallet, deed, epoch, public keys,
 * device and signer, a time of now, the token's key among those it trusts. Throws Refusal `share-mismatch` for all of it.
 */
export function openShare(
  signer: Signer,
  store: Store,
  sealed: Uint8Array,
  asked: Asked & { curves: readonly Curve[] },
): { header: ShareHeader; shares: Secret[] } {
  const { deployment, sealing } = signer;
  const info = sealInfo(store === 'kms' ? 'share-kms' : 'share-cloud', deployment.id);
  const plaintext = sealing.openSequenced(sealed, info, asked.rh);
  const opened = unpackShare(plaintext, deployment[store].signing, verifyEd25519);
  if (opened === null) throw mismatch('is not signed by its store');
  const { header, shares } = opened;
  try {
    const { deed } = asked;
    if (header.store !== store) throw mismatch('is of the other store');
    checkSays(signer, header, asked);
    const curves = curvesOf(header.publicKeys);
    const right =
      curves.length === asked.curves.length &&
      curves.every((curve) => asked.curves.includes(curve) && same(header.publicKeys[curve], deed.keys[curve]));
    if (!right) throw mismatch('is of other public keys');
    return opened;
  } catch (error) {
    for (const share of shares) share.wipe();
    throw error;
  }
}

/** What the kms put on its log for this release. */
export interface OnRecord {
  receipt: Receipt;
  hash: Uint8Array;
  /** Whether the kms signed it: asked where no share of the kms's vouches for it. */
  isSigned: () => boolean;
}

/**
 * Law 5 seen from here: this very request is on record, answering our fresh challenge. That the kms says so stands under the
 * share's own signature, which names the receipt ({@link checkAgreement}): one signature is verified instead of two.
 */
export function checkReceipt(signer: Signer, signed: Signed, challenge: Uint8Array, asked: Asked): OnRecord {
  const receipt = receiptStatement.body.decode(signed.body);
  if (!equal(receipt.challenge, challenge)) throw mismatch('has a receipt for another question');
  if (receipt.expires !== asked.envelope.expires) throw mismatch('has a receipt for another time');
  checkSays(signer, receipt, asked);
  const isSigned = () =>
    verifyEd25519(signer.deployment.kms.signing, tagged(receiptStatement.domain, signed.body), signed.signature);
  return { receipt, hash: receiptHash(signed.body), isSigned };
}

/** Kms and cloud speak of the same moment; the kms of one and the same release. Throws Refusal `share-mismatch`. */
export function checkAgreement(kms: ShareHeader, cloud: ShareHeader, { receipt, hash }: OnRecord): void {
  if (kms.receipt === null || !equal(kms.receipt, hash)) throw mismatch('is of a release with another receipt');
  if (kms.at !== receipt.at) throw mismatch('is of another release than its receipt');
  if (Math.abs(kms.at - cloud.at) > storeTimeWindow) throw mismatch('is of another time than the other store');
}

/** What both headers and the receipt say alike. */
function checkSays(signer: Signer, says: Omit<ShareHeader, 'store' | 'publicKeys' | 'receipt'>, asked: Asked): void {
  const { envelope, rh, device, identity } = asked;
  const right =
    says.deployment === signer.deployment.id &&
    says.kind === envelope.kind &&
    says.epoch === envelope.epoch &&
    equal(says.wallet, envelope.wallet) &&
    equal(says.deed, envelope.deed) &&
    equal(says.signer, signer.id) &&
    equal(says.rh, rh) &&
    equal(says.device, device);
  if (!right) throw mismatch('is for another request');
  // The host sets our clock and could bring back an issuer's old key: both stores vouch for the time and for the key.
  if (Math.abs(says.at - signer.now()) > storeTimeWindow) throw mismatch('is not of now');
  if (!says.issuerKeys.some((key) => equal(key, identity.issuerKey)))
    throw mismatch("does not vouch for the token's key");
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined) =>
  a !== undefined && b !== undefined && equal(a, b);

const mismatch = (what: string) => new Refusal('share-mismatch', `A share ${what}.`);
