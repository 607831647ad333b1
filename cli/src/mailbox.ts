import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { CliError } from './errors.ts';

const messages = v.array(v.object({ id: v.number(), subject: v.string(), text: v.string() }));
const deadlineMs = 15_000;

/**
 * Waits for the next mail to `to` in the local mailbox (development only) that holds a code of `digits` digits. Call it before
 * the mail is asked for: what lies there already is passed over. Gives back what waits; that throws CliError `no-mail`.
 */
export async function watchMailbox(mailbox: string, to: string, digits: number): Promise<() => Promise<string>> {
  const fetchAfter = async (after: number) => {
    const query = new URLSearchParams({ to, after: String(after) });
    const response = await fetch(`${mailbox}/api/messages?${query}`, { signal: AbortSignal.timeout(5_000) });
    return v.parse(messages, await response.json());
  };
  const seen = (await fetchAfter(0)).reduce((newest, { id }) => Math.max(newest, id), 0);
  const code = new RegExp(`(?<!\\d)\\d{${digits}}(?!\\d)`);
  return async () => {
    const end = Date.now() + deadlineMs;
    while (Date.now() < end) {
      for (const { subject, text } of await fetchAfter(seen)) {
        const found = code.exec(`${subject}\n${text}`);
        if (found !== null) return found[0];
      }
      await sleep(20);
    }
    throw new CliError('no-mail', `No mail with a code came for ${to}.`, `Look at ${mailbox}.`);
  };
}
