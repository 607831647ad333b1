import { equal } from '@symbolon/crypto';
import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  type Authorised,
  addressOf,
  countersignCodec,
  deedChange,
  deedCodec,
  deedHash,
  deedOrderStatement,
  deedUpdateCodec,
  mailConfirmationStatement,
  openStatement,
  paths,
  type Signed,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import { appendVersion, checkNextVersion } from '@symbolon/share-store';
import { checkIdentity, checkSignInFor, Refusal } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';

/** The next version of a deed, in the kms's order. Asked again it answers the same. */
export async function updateDeed({ shares, store }: Cloud, request: Authorised): Promise<{ order: Signed }> {
  const asked = await shares.authoriser.authorise(deedUpdateCodec, addressOf(shares.url, paths.deed), request);
  const { message } = asked;
  const { order } = message;
  if (order === null) throw new Refusal('deed-invalid', "Without the kms's order.");
  const current = shares.wallet(message.wallet);
  const { row } = current;
  if (row.order !== null && equal(row.head, deedHash(message.version.body))) return { order: row.order };

  const { next } = checkNextVersion(shares, asked, current);
  const says = openStatement(deedOrderStatement, order, shares.deployment.kms.signing, verifyEd25519);
  const right =
    says !== null &&
    says.deployment === shares.deployment.id &&
    equal(says.wallet, row.id) &&
    equal(says.head, next.head) &&
    says.number === next.deed.number;
  if (!right) throw new Refusal('deed-invalid', 'The kms has ordered another version.');

  await store.commit.submit((database) => {
    const { number } = next.deed;
    const version = { id: row.id, before: row.head, number, head: next.head, version: message.version, order };
    if (!appendVersion(database, version)) throw new Refusal('deed-invalid', 'Another version came first.');
  });
  return { order };
}

/**
 * Mailbox recovery, step 3: this party's own word, after its own check of a token issued for the new key and of the kms's
 * confirmation naming that key. The kms alone lets nobody in.
 */
export async function countersign({ shares }: Cloud, request: Authorised): Promise<{ confirmation: Signed }> {
  const address = addressOf(shares.url, paths.countersign);
  const { message, identity, key } = await shares.authoriser.authorise(countersignCodec, address, request);
  const { row, verified } = shares.wallet(message.wallet);
  if (row.state !== 'active') throw new Refusal('wallet-state', `The wallet is ${row.state}.`);
  checkIdentity(verified.deed, row.salt, identity);
  checkSignInFor(identity, key, shares.now());

  const head = deedHash(message.deed);
  const change = deedChange(verified.deed, verified.head, deedCodec.decode(message.deed));
  const right = change.kind === 'enrol' && change.device.how === 'mail' && equal(change.device.key, key);
  if (!right) throw new Refusal('deed-invalid', 'The version lets in another key.');
  shares.deeds.checkConfirmation(message.confirmation, shares.deployment.kms.signing, row.id, head, change.device);

  const says = {
    v: 1,
    deployment: shares.deployment.id,
    wallet: row.id,
    deed: head,
    key: thumbprint(key),
    at: shares.now(),
  } as const;
  return { confirmation: signStatement(mailConfirmationStatement, says, shares.signing) };
}
