import { setTimeout as sleep } from 'node:timers/promises';

/** What reads the next sign-in code that comes for `to` from now on. */
export async function codeIn(mailbox: string, to: string): Promise<() => Promise<string>> {
  const mails = async () => {
    const response = await fetch(`${mailbox}/api/messages?to=${encodeURIComponent(to)}`);
    return (await response.json()) as { id: number; text: string }[];
  };
  const before = (await mails()).length;
  return async () => {
    for (let tries = 0; tries < 400; tries += 1) {
      const codes = (await mails()).slice(before).map(({ text }) => /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0]);
      const code = codes.find((one) => one !== undefined);
      if (code !== undefined) return code;
      await sleep(25);
    }
    throw new Error('no code came');
  };
}
