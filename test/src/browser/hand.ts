import type { Page } from 'playwright-core';
import { windowFrom } from './person.ts';

/** What a page that speaks to the wallet by hand has in its hands. */
interface Raw {
  answers: Answer[];
  port: MessagePort | null;
  window: Window | null;
}
declare global {
  var raw: Raw;
}

/** One answer, or an event without an id. */
interface Answer {
  id?: string;
  error?: { code: number; reason: string };
  result?: unknown;
}

/** Opens the wallet in a click of a page that speaks the protocol by hand; what is answered is kept in `raw.answers`. */
export async function openByHand(
  page: Page,
  wallet: string,
  hello: object = { symbolon: 1, what: 'open' },
): Promise<Page> {
  await page.evaluate(
    ([url, open]) => {
      globalThis.raw = { answers: [], port: null, window: null };
      addEventListener('message', (event) => {
        if (event.source !== raw.window || event.data?.what !== 'ready' || raw.port !== null) return;
        const { port1, port2 } = new MessageChannel();
        raw.port = port1;
        port1.onmessage = ({ data }) => raw.answers.push(data);
        raw.window?.postMessage(open, url, [port2]);
      });
      document.addEventListener('click', () => (raw.window = window.open(`${url}/approve`)), { once: true });
    },
    [wallet, hello] as const,
  );
  const surface = await windowFrom(page, () => page.locator('h1').click());
  await page.waitForFunction(() => raw.port !== null);
  return surface;
}

export const request = (id: string, method: string, params: unknown = []) => ({
  id,
  method,
  params,
  chainId: '0x7a69',
  deadline: Date.now() + 60_000,
});

export const say = (page: Page, messages: unknown[]): Promise<void> =>
  page.evaluate((all) => {
    for (const message of all) raw.port?.postMessage(message);
  }, messages);

/** What was answered in all, once the window has nothing to ask and has closed by itself. */
export async function answersInAll(page: Page, window: Page): Promise<Answer[]> {
  if (!window.isClosed()) await window.waitForEvent('close');
  return page.evaluate(() => raw.answers.filter((one) => 'id' in one));
}

/** The answer with this id, once it is there; others may be open. */
export async function answerOf(page: Page, id: string): Promise<Answer> {
  const found = await page.waitForFunction((wanted) => raw.answers.find((one) => one.id === wanted), id);
  return (await found.jsonValue()) as Answer;
}
