import { equal } from '@symbolon/crypto';
import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  type Authorised,
  addressOf,
  countersignCodec,
  deedFollowCodec,
  deedHash,
  deedOrderStatement,
  enrolledDevice,
  mailConfirmationStatement,
  openStatement,
  paths,
  type Signed,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import { appendVersion, checkJoining } from '@symbolon/share-store';
import { checkIdentity, checkSignInFor, Refusal } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';

/**
 * What this party lacks of a deed, whoever of the person's devices brings it: each version is vouched for by the one before, and the
 * kms's order names the last. Asked again it answers the same.
 */
export async function followDeed({ shares, store }: Cloud, request: Authorised): Promise<Record<string, never>> {
  const address = addressOf(shares.url, paths.followDeed);
  const { message, identity, key } = await shares.authoriser.authorise(deedFollowCodec, address, request);
  const { wallet, versions, order } = message;
  const { row, verified } = shares.wallet(wallet);
  checkIdentity(verified.deed, row.salt, identity);
  const says = openStatement(deedOrderStatement, order, shares.deployment.kms.signing, verifyEd25519);
  if (says === null || says.deployment !== shares.deployment.id || !equal(says.wallet, row.id)) throw otherOrder();
  if (equal(row.head, says.head)) return {};

  const next = versions.reduce((before, version) => shares.deeds.extend(before, version), verified);
  if (!equal(says.head, next.head) || says.number !== next.deed.number) throw otherOrder();
  const enrolled = [verified, next].some(({ deed }) => enrolledDevice(deed, key) !== null);
  if (!enrolled) checkSignInFor(identity, key, shares.now());

  await store.commit.submit((database) => {
    let before = row.head;
    for (const [index, version] of versions.entries()) {
      const head = deedHash(version.body);
      const number = verified.deed.number + 1 + index;
      if (!appendVersion(database, { id: row.id, before, number, head, version, order })) throw otherOrder();
      before = head;
    }
  });
  return {};
}

const otherOrder = () => new Refusal('deed-invalid', 'The kms has ordered another version.');

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

  const { head, device } = checkJoining(verified, message.deed, key);
  shares.deeds.checkConfirmation(message.confirmation, shares.deployment.kms.signing, row.id, head, device);

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
