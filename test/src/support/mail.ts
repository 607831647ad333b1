import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './world.ts';

interface Mail {
  id: number;
  subject: string;
  text: string;
}

/** What lies in a mailbox, oldest first. */
export async function mailsTo({ devnet }: Pick<World, 'devnet'>, to: string): Promise<Mail[]> {
  const response = await fetch(`${devnet.urls.mailbox}/api/messages?to=${encodeURIComponent(to)}`);
  return (await response.json()) as Mail[];
}

/** Does what makes a mail come, and gives the code in it. */
export async function codeAfter(
  world: Pick<World, 'devnet'>,
  to: string,
  digits: number,
  ask: () => Promise<unknown>,
): Promise<string> {
  const before = (await mailsTo(world, to)).length;
  await ask();
  for (let tries = 0; tries < 1_200; tries += 1) {
    const fresh = (await mailsTo(world, to)).slice(before);
    const code = fresh.map(({ text }) => new RegExp(`(?<!\\d)\\d{${digits}}(?!\\d)`).exec(text)?.[0]).find(Boolean);
    if (code !== undefined) return code;
    await sleep(25);
  }
  throw new Error(`no mail with a code came for ${to}`);
}

/** Waits for a mail with this subject. */
export async function mailArrives(world: Pick<World, 'devnet'>, to: string, subject: string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if ((await mailsTo(world, to)).some((mail) => mail.subject === subject)) return;
    await sleep(25);
  }
  throw new Error(`no mail "${subject}" came for ${to}`);
}
