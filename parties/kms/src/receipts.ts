import {
  type Authorised,
  addressOf,
  paths,
  receiptStatement,
  receiptsCodec,
  type Signed,
  tagged,
} from '@symbolon/protocol';
import { checkDevice, checkIdentity, enrolledOrigin } from '@symbolon/verify';
import type { Kms } from './kms.ts';

/** Receipts by number, for the wallet's own devices, which compare them with what they asked for. */
export async function receipts(kms: Kms, request: Authorised): Promise<{ receipts: Signed[] }> {
  const { shares, store } = kms;
  const address = addressOf(shares.url, paths.receipts);
  const { message, identity, key } = await shares.authoriser.authorise(receiptsCodec, address, request);
  const { row, verified } = shares.wallet(message.wallet);
  checkIdentity(verified.deed, row.salt, identity);
  checkDevice(verified.deed, key, enrolledOrigin(verified.deed, key));
  // Ed25519 is deterministic: what is signed again is the same receipt.
  const signed = (body: Uint8Array): Signed => ({
    body,
    signature: shares.signing.sign(tagged(receiptStatement.domain, body)),
  });
  return { receipts: store.receipts(message.wallet, message.from, message.count).map(signed) };
}
