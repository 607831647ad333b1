import { createHmac, type KeyObject } from 'node:crypto';
import type { Database } from '@symbolon/service';
import { networkOf } from './address.ts';
import type { IssuerConfig } from './config.ts';

const QUARTER_HOUR = 15 * 60_000;
const DAY = 24 * 60 * 60_000;
const FAMILIAR_FOR = 180 * DAY;

type Quota = IssuerConfig['limits']['mailbox'];

export interface MailLimits {
  /** Books one code mail, or says in how many seconds one may be asked for again. */
  book: (email: string, address: string) => { booked: true } | { booked: false; retryAfter: number };
  /** Someone proved this mailbox from this network. */
  recordSignIn: (email: string, address: string) => void;
  prune: () => void;
}

/**
 * How many code mails go out. Three quotas, because there are three attackers:
 *
 * - `networkAndMailbox` holds back one machine that mails one victim, or that buys guesses with codes.
 *   It counts that machine's network alone, so the victim, elsewhere, is not held back with it.
 * - `network` holds back one machine that mails a list of strangers.
 * - `mailbox` holds back a botnet on one victim. It would be a lock-out were it blind, so it neither counts
 *   nor stops mails asked for from a network where that mailbox has been proven before.
 *
 * What remains: with a botnet's worth of networks an outsider can delay a person who signs in from a network
 * they never used. The other end of that scale is unlimited guesses and a flooded mailbox.
 *
 * Mailboxes and networks are kept as keyed pseudonyms, and for a day only (known networks for 180 days).
 */
export function createMailLimits({ sqlite }: Database, key: KeyObject, limits: IssuerConfig['limits']): MailLimits {
  const nth = (where: string) =>
    sqlite.prepare(`SELECT at FROM sends WHERE ${where} AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?`);
  const ofPair = nth('mailbox = ? AND network = ?');
  const ofNetwork = nth('network = ?');
  const ofStrangers = nth('mailbox = ? AND familiar = 0');
  const known = sqlite.prepare('SELECT 1 FROM familiar WHERE mailbox = ? AND network = ? AND at > ?');
  const add = sqlite.prepare('INSERT INTO sends (mailbox, network, familiar, at) VALUES (?, ?, ?, ?)');
  const remember = sqlite.prepare(
    'INSERT INTO familiar (mailbox, network, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at',
  );
  const dropSends = sqlite.prepare('DELETE FROM sends WHERE at < ?');
  const dropFamiliar = sqlite.prepare('DELETE FROM familiar WHERE at < ?');
  const pseudonym = (text: string) => createHmac('sha256', key).update(text).digest().subarray(0, 16);

  return {
    book(email, address) {
      const now = Date.now();
      const mailbox = pseudonym(email);
      const network = pseudonym(networkOf(address));
      const familiar = known.get(mailbox, network, now - FAMILIAR_FOR) !== undefined;

      const wait = (statement: typeof ofPair, keys: Buffer[], { quarterHour, day }: Quota) => {
        // The limit-th newest mail: while it is inside the window, the window is full.
        const until = (window: number, limit: number) => {
          const row = statement.get(...keys, now - window, limit - 1);
          return row === undefined ? 0 : Number(row.at) + window - now;
        };
        return Math.max(until(QUARTER_HOUR, quarterHour), until(DAY, day));
      };
      const longest = Math.max(
        wait(ofPair, [mailbox, network], limits.networkAndMailbox),
        wait(ofNetwork, [network], limits.network),
        familiar ? 0 : wait(ofStrangers, [mailbox], limits.mailbox),
      );
      if (longest > 0) return { booked: false, retryAfter: Math.ceil(longest / 1000) };
      add.run(mailbox, network, familiar ? 1 : 0, now);
      return { booked: true };
    },
    recordSignIn(email, address) {
      remember.run(pseudonym(email), pseudonym(networkOf(address)), Date.now());
    },
    prune() {
      dropSends.run(Date.now() - DAY);
      dropFamiliar.run(Date.now() - FAMILIAR_FOR);
    },
  };
}
