import { equal } from '@symbolon/crypto';
import {
  type Authorised,
  addressOf,
  type DeedChange,
  deedHash,
  deedOrderStatement,
  deedUpdateCodec,
  keyCheck,
  paths,
  type Signed,
  signStatement,
} from '@symbolon/protocol';
import { appendVersion, checkNextVersion } from '@symbolon/share-store';
import { Refusal } from '@symbolon/verify';
import type { Kms } from './kms.ts';
import { append } from './log.ts';
import { post } from './outbox.ts';

/**
 * The next version of a deed. The kms orders versions: of two that follow the same one, the first to come is the next. A revoked
 * device is served no more from this commit on. Announced to the mailbox. Asked again it answers the same.
 */
export async function updateDeed(kms: Kms, request: Authorised): Promise<{ order: Signed }> {
  const { shares, store } = kms;
  const asked = await shares.authoriser.authorise(deedUpdateCodec, addressOf(shares.url, paths.deed), request);
  const { message } = asked;
  const current = shares.wallet(message.wallet);
  const { row } = current;
  if (row.order !== null && equal(row.head, deedHash(message.version.body))) return { order: row.order };

  const { next, change } = checkNextVersion(shares, asked, current);
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
  await store.commit.submit((database) => {
    const { number } = next.deed;
    const version = { id: row.id, before: row.head, number, head: next.head, version: message.version, order };
    if (!appendVersion(database, version)) throw new Refusal('deed-invalid', 'Another version came first.');
    append(database, 'deed', () => order.body);
    if (row.mailbox !== null) post(database, announcement(row.mailbox, change));
  });
  kms.mailWaits();
  return { order };
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
