import { randomBytes } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { Database } from '@symbolon/service';

export interface Accounts {
  /** The account of a mailbox just proven, made if it is the first time. @returns its `sub` */
  ofProvenEmail(email: string): string;
  /** @returns the mailbox of `sub`, or undefined when there is no such account */
  emailOf(sub: string): string | undefined;
}

/**
 * Accounts by mailbox. `sub` is 128 random bits, never derived from the address: whoever sees tokens or
 * the other parties' records cannot test guesses of an e-mail against it.
 */
export function createAccounts({ sqlite }: Database): Accounts {
  const insert = sqlite.prepare('INSERT INTO accounts (sub, email) VALUES (?, ?) ON CONFLICT (email) DO NOTHING');
  const bySub = sqlite.prepare('SELECT email FROM accounts WHERE sub = ?');
  const byEmail = sqlite.prepare('SELECT sub FROM accounts WHERE email = ?');
  return {
    ofProvenEmail(email) {
      insert.run(randomBytes(16).toString('base64url'), email);
      return String(byEmail.get(email)?.sub);
    },
    emailOf(sub) {
      const email = bySub.get(sub)?.email;
      return typeof email === 'string' ? email : undefined;
    },
  };
}

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * One spelling per mailbox: lower case (no mail host in use tells `Ann@` from `ann@`), the domain as ASCII.
 * Anything but a plain addr-spec is refused: quotes, comments, line breaks or lists in an address are how
 * an attacker gets a second recipient or a header into the mail.
 * @returns undefined for what is not an address
 */
export function normaliseEmail(text: string): string | undefined {
  if (text.length > 254) return undefined;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).trimStart().toLowerCase();
  const domain = domainToASCII(text.slice(at + 1).trimEnd()).toLowerCase();
  const fits = at > 0 && local.length <= 64 && LOCAL_PART.test(local) && DOMAIN.test(domain);
  return fits ? `${local}@${domain}` : undefined;
}
