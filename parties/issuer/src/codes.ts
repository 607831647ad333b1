import { createHmac, type KeyObject, randomInt, timingSafeEqual } from 'node:crypto';
import type { Database } from '@symbolon/service';

const MAX_TRIES = 5;

export type Verdict =
  | { outcome: 'right'; email: string }
  | { outcome: 'wrong'; triesLeft: number }
  | { outcome: 'expired' | 'not_sent' | 'dead' };

export interface Codes {
  /** Makes a six-digit code for `interaction`, replacing an earlier one. @returns undefined once the interaction is dead */
  issue(interaction: string, email: string): { code: string; triesLeft: number } | undefined;
  /** Takes one try. A right code is spent by it. */
  verify(interaction: string, code: string): Verdict;
  /** The mailbox a code was sent to in this interaction, if any. */
  pending(interaction: string): { email: string; triesLeft: number } | undefined;
  prune(): void;
}

/**
 * One-time codes, kept as a MAC over interaction, mailbox and code.
 *
 * Who attacks: someone who starts a sign-in in a victim's name and guesses. A code is good in the one
 * interaction it was made for, and that interaction has five tries in all, however many codes it asks
 * for; the guesser pays with a code mail (see limits.ts) for each five in a million. Tries count against
 * the interaction and never against the account, so nobody's guessing keeps the owner out.
 *
 * @param ttl seconds a code lives
 * @param forget seconds an interaction lives, over which its tries are remembered
 */
export function createCodes({ sqlite }: Database, key: KeyObject, ttl: number, forget: number): Codes {
  const put = sqlite.prepare(
    `INSERT INTO codes (interaction, email, mac, expires, forget) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET email = excluded.email, mac = excluded.mac, expires = excluded.expires
     WHERE tries < ${MAX_TRIES} RETURNING tries`,
  );
  // The try is on disk before the code is compared: a crash in between gives no guess back.
  const take = sqlite.prepare(
    `UPDATE codes SET tries = tries + 1 WHERE interaction = ? AND mac IS NOT NULL AND tries < ${MAX_TRIES}
     RETURNING email, mac, expires, tries`,
  );
  const get = sqlite.prepare('SELECT email, mac, tries FROM codes WHERE interaction = ?');
  const spend = sqlite.prepare('UPDATE codes SET mac = NULL WHERE interaction = ?');
  const drop = sqlite.prepare('DELETE FROM codes WHERE forget < ?');

  const mac = (interaction: string, email: string, code: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([interaction, email, code]))
      .digest();

  return {
    issue(interaction, email) {
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const now = Date.now();
      const row = put.get(interaction, email, mac(interaction, email, code), now + ttl * 1000, now + forget * 1000);
      return row && { code, triesLeft: MAX_TRIES - Number(row.tries) };
    },
    verify(interaction, code) {
      const row = take.get(interaction);
      if (row === undefined) {
        return { outcome: Number(get.get(interaction)?.tries ?? 0) >= MAX_TRIES ? 'dead' : 'not_sent' };
      }
      const email = String(row.email);
      const stored = row.mac;
      if (Date.now() >= Number(row.expires)) return { outcome: 'expired' };
      if (!(stored instanceof Uint8Array) || !timingSafeEqual(stored, mac(interaction, email, code))) {
        const triesLeft = MAX_TRIES - Number(row.tries);
        return triesLeft === 0 ? { outcome: 'dead' } : { outcome: 'wrong', triesLeft };
      }
      spend.run(interaction);
      return { outcome: 'right', email };
    },
    pending(interaction) {
      const row = get.get(interaction);
      if (row === undefined || row.mac === null) return undefined;
      return { email: String(row.email), triesLeft: MAX_TRIES - Number(row.tries) };
    },
    prune() {
      drop.run(Date.now());
    },
  };
}
