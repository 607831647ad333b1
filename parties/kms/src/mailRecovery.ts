import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { concat, equal, utf8 } from '@symbolon/crypto';
import {
  type Authorised,
  addressOf,
  type ConfirmMail,
  confirmMailCodec,
  keyCheck,
  mailCodeCodec,
  mailConfirmationStatement,
  paths,
  type Signed,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import { ServiceError } from '@symbolon/service';
import { checkJoining } from '@symbolon/share-store';
import { type Asked, checkIdentity, checkSignInFor, Refusal } from '@symbolon/verify';
import type { Kms } from './kms.ts';
import { mailboxOf } from './mailbox.ts';
import { post } from './outbox.ts';

const codeLife = 10 * 60_000;
const maximumTries = 5;
/** One mail a minute for one new key: asking needs the person's own token, issued for that key. */
const pause = 60_000;

/**
 * Mailbox recovery, step 1: mails a code of the kms's own to the deed's mailbox, good for one new key alone. The mail shows the
 * key's check, and so does the new device: a code asked for by somebody else shows another.
 */
export async function sendMailCode(kms: Kms, request: Authorised): Promise<{ expires: number }> {
  const { shares, store } = kms;
  const asked = await shares.authoriser.authorise(mailCodeCodec, addressOf(shares.url, paths.mailCode), request);
  const { row, verified } = newDevice(kms, asked);
  const mailbox = mailboxOf(row, verified.deed);
  if (mailbox === null) throw new Refusal('deed-invalid', 'The deed has no such mailbox.');

  const code = String(randomInt(0, 10 ** 8)).padStart(8, '0');
  const expires = shares.now() + codeLife;
  const key = thumbprint(asked.key);
  await store.commit.submit((database) => {
    const { statement } = database;
    const before = statement('SELECT expires FROM mail_codes WHERE wallet = ? AND key = ?').get(row.id, key);
    if (before !== undefined && Number(before['expires']) - codeLife > shares.now() - pause) throw tooSoon();
    statement(
      `INSERT INTO mail_codes (wallet, key, code, tries, expires) VALUES (?, ?, ?, 0, ?)
       ON CONFLICT DO UPDATE SET code = excluded.code, tries = 0, expires = excluded.expires`,
    ).run(row.id, key, hashOf(kms, row.id, key, code), expires);
    post(database, letter(mailbox, code, asked.key));
  });
  kms.mailWaits();
  return { expires };
}

/**
 * Step 2: the code, typed on the new device, and the version that it confirms: one that lets in the code's own key and nothing else,
 * so that after a lost answer another such version serves as well. Few tries. Once the key is enrolled, no more.
 */
export async function confirmMail(kms: Kms, request: Authorised): Promise<{ confirmation: Signed }> {
  const { shares, store } = kms;
  const asked = await shares.authoriser.authorise(confirmMailCodec, addressOf(shares.url, paths.confirmMail), request);
  const { row, verified } = newDevice(kms, asked);
  const { message } = asked;

  const { head: deed } = checkJoining(verified, message.deed, asked.key);
  const key = thumbprint(asked.key);
  const good = await store.commit.submit(({ statement }) => {
    const where = 'wallet = ? AND key = ?';
    const kept = statement(`SELECT code, tries, expires FROM mail_codes WHERE ${where}`).get(row.id, key);
    if (kept === undefined || Number(kept['expires']) <= shares.now()) return false;
    // The try counts before the code is looked at, durably: a crash gives none back.
    statement(`UPDATE mail_codes SET tries = tries + 1 WHERE ${where}`).run(row.id, key);
    if (Number(kept['tries']) >= maximumTries) return false;
    return timingSafeEqual(kept['code'] as Uint8Array, hashOf(kms, row.id, key, message.code));
  });
  if (!good) throw wrongCode();
  const says = { v: 1, deployment: shares.deployment.id, wallet: row.id, deed, key, at: shares.now() } as const;
  return { confirmation: signStatement(mailConfirmationStatement, says, shares.signing) };
}

/** The person of this wallet, just signed in for a key that is not enrolled. */
function newDevice(kms: Kms, asked: Asked<{ wallet: Uint8Array }> | Asked<ConfirmMail>) {
  const current = kms.shares.wallet(asked.message.wallet);
  const { row, verified } = current;
  if (row.state !== 'active') throw new Refusal('wallet-state', `The wallet is ${row.state}.`);
  checkIdentity(verified.deed, row.salt, asked.identity);
  checkSignInFor(asked.identity, asked.key, kms.shares.now());
  const known = verified.deed.devices.some((device) => equal(device.key, asked.key));
  const revoked = verified.deed.revoked.some((print) => equal(print, thumbprint(asked.key)));
  if (known || revoked) throw new Refusal('deed-invalid', 'The key is enrolled, or was revoked.');
  return current;
}

/** Keyed: who copies the store cannot try all codes against it. */
function hashOf(kms: Kms, wallet: Uint8Array, key: Uint8Array, code: string): Uint8Array {
  return createHmac('sha256', kms.codeKey.expose())
    .update(concat(wallet, key, utf8(code)))
    .digest();
}

function letter(recipient: string, code: string, key: Uint8Array) {
  const body = `Someone signed in as you on a new device and wants to use your wallet there.

Your code: ${code}
The new device must show this key check: ${keyCheck(key)}

Type the code only on that device, and only if the checks are the same. Whoever else asks for it wants your wallet.
The code is good for ten minutes.
`;
  return { recipient, subject: 'Code for a new device', body };
}

const tooSoon = () =>
  new ServiceError({
    status: 429,
    code: 'mail-too-soon',
    message: 'A code was mailed less than a minute ago.',
    hint: 'Look into the mailbox, or wait a minute.',
    retryAfter: pause / 1_000,
  });

const wrongCode = () =>
  new ServiceError({
    status: 403,
    code: 'code-wrong',
    message: 'The code is wrong, used up or too old.',
    hint: 'Compare it with the newest mail; after five tries ask for another.',
  });
