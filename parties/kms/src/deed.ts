import { equal } from '@symbolon/crypto';
import {
  type Authorised,
  addressOf,
  type DeedChange,
  type DeedUpdate,
  deedChange,
  deedHash,
  deedOrderStatement,
  deedUpdateCodec,
  keyCheck,
  paths,
  type Signed,
  signInLife,
  signStatement,
} from '@symbolon/protocol';
import { appendVersion, checkJoining } from '@symbolon/share-store';
import { type Asked, checkDevice, checkIdentity, checkSignInFor, Refusal, type VerifiedDeed } from '@symbolon/verify';
import type { Kms } from './kms.ts';
import { append } from './log.ts';
import { mailboxOf } from './mailbox.ts';
import { post } from './outbox.ts';

/**
 * The next version of a deed. The kms orders versions: of two that follow the same one, the first to come is the next. A revoked
 * device is served no more from this commit on. Announced to the mailbox. Asked again it answers the same.
 */
export async function updateDeed(kms: Kms, request: Authorised): Promise<{ order: Signed }> {
  const { shares, store } = kms;
  const asked = await shares.authoriser.authorise(deedUpdateCodec, addressOf(shares.url, paths.deed), request);
  const { message } = asked;
  const { row, verified } = shares.wallet(message.wallet);
  checkIdentity(verified.deed, row.salt, asked.identity);
  if (row.order !== null && equal(row.head, deedHash(message.version.body))) return { order: row.order };

  if (row.state !== 'active') throw new Refusal('wallet-state', `The wallet is ${row.state}.`);
  const next = shares.deeds.extend(verified, message.version);
  const change = deedChange(verified.deed, verified.head, next.deed);
  checkBringer(kms, asked, verified, change);
  const order = signStatement(
    deedOrderStatement,
    {
      v: 1,
      deployment: shares.deployment.id,
      wallet: row.id,
      number: next.deed.number,
      head: next.head,
      at: shares.now(),
    },
    shares.signing,
  );
  const mailbox = mailboxOf(row, verified.deed);
  await store.commit.submit((database) => {
    const { number } = next.deed;
    const version = { id: row.id, before: row.head, number, head: next.head, version: message.version, order };
    if (!appendVersion(database, version)) throw new Refusal('deed-invalid', 'Another version came first.');
    append(database, 'deed', () => order.body);
    if (mailbox !== null) post(database, announcement(mailbox, change));
  });
  kms.mailWaits();
  return { order };
}

/** An enrolled device brings a change, of itself or of others; a device that comes in by mail brings itself, just signed in. */
function checkBringer(
  { shares }: Kms,
  { message, identity, key }: Asked<DeedUpdate>,
  verified: VerifiedDeed,
  change: DeedChange,
) {
  const now = shares.now();
  if (message.version.authority.by === 'device') {
    checkDevice(verified.deed, key, null);
  } else {
    checkSignInFor(identity, key, now);
    checkJoining(verified, message.version.body, key);
  }
  if (change.kind === 'enrol' && Math.abs(change.device.added - now) > signInLife) {
    throw new Refusal('deed-invalid', 'The device was not added just now.');
  }
}

function announcement(recipient: string, change: DeedChange) {
  if (change.kind === 'enrol') {
    const { name, how, key } = change.device;
    const way = how === 'mail' ? 'by a code that was mailed to you' : 'by one of your devices';
    return {
      recipient,
      subject: 'A device was added to your wallet',
      body: `The device "${name}" was let in ${way}. Its key check is ${keyCheck(key)}.\n\nIf that was not you, revoke it at once from another device.\n`,
    };
  }
  return {
    recipient,
    subject: 'A device was removed from your wallet',
    body: 'One of your devices can no longer use your wallet.\n\nIf that was not you, look at your devices at once.\n',
  };
}
