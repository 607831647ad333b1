import { refusal } from './errors.ts';
import type { Page, Wallet } from './page.ts';
import { type Channel, listenAtRelay } from './relay.ts';
import { answerReady, opening, type Surface } from './surface.ts';
import { openMessage, type WalletEvent } from './wire.ts';

/** How often the window is looked at, ms. */
const lookEvery = 250;
/** Without `ready` for so long, the window is looked for at the relay too, ms. */
const readyWithin = 1500;
/** A handle that was dead before `ready` belongs to a window that was closed, or cut off by COOP: the latter speaks by then, ms. */
const relayWithin = 15_000;
/** The window stays open for what a page asks right after an answer, since by then there may be no click any more, ms. */
const lingers = 1000;

const size = { width: 420, height: 700 };

/**
 * Opens `/approve` in a window, synchronously: browsers allow it only in the click. Throws `popup-blocked`.
 *
 * Where this page has COOP `same-origin`, the browser cuts the window off: no `ready` comes, and the handle says `closed` at
 * once while the person is looking at it. The wallet is then heard through `channel`; `closed` means something only once the
 * handle has proved to be alive.
 */
export function openWindow(
  page: Page,
  wallet: Wallet,
  channel: Channel | null,
  onEvent: (event: WalletEvent) => void,
): Surface {
  const handle = page.open(`${wallet.origin}/approve${channel?.fragment ?? ''}`, '_blank', features(page));
  if (handle === null) throw refusal('popup-blocked');

  let relayed = false;
  const start = opening((event) => {
    // Nothing more is said to a window that goes; of a relayed one nobody else could see it.
    if (event.event !== 'hide') return onEvent(event);
    start.end(refusal('popup-closed'));
    handle.close();
  });

  function listen(through: Channel): void {
    const stop = new AbortController();
    start.whenEnded(() => stop.abort());
    const ears = {
      ready(line: { post: (message: unknown) => void }) {
        if (start.connected) return stop.abort();
        relayed = true;
        line.post(openMessage(wallet.appId));
        start.connect(line.post);
      },
      hear: start.conversation.hear,
      lost: () => start.end(refusal('popup-closed')),
    };
    wallet.relayUrl().then(
      (url) => listenAtRelay(url, through, ears, stop.signal),
      // Whoever could not name the relay serves the window too: its own fate decides.
      () => undefined,
    );
  }

  const openedAt = Date.now();
  let deadSince: number | null = null;
  let listening = false;
  function look(): void {
    const now = Date.now();
    if (handle?.closed) deadSince ??= now;
    if (start.connected) {
      if (deadSince !== null && !relayed) start.end(refusal('popup-closed'));
      return;
    }
    const unheard = page.crossOriginIsolated || deadSince !== null || now - openedAt >= readyWithin;
    if (unheard && !listening && channel !== null) {
      listening = true;
      listen(channel);
    }
    const patience = listening ? relayWithin : readyWithin;
    if (deadSince !== null && now - deadSince >= patience) start.end(refusal('popup-closed'));
  }

  function close(): void {
    start.end(refusal('disconnected'));
    if (!relayed) handle?.close();
  }

  let closing: ReturnType<typeof setTimeout> | undefined;
  const watch = setInterval(look, lookEvery);
  start.whenEnded(() => {
    clearInterval(watch);
    clearTimeout(closing);
  });
  answerReady(
    page,
    wallet,
    () => handle,
    start,
    () => {
      start.end(refusal('reloaded'));
      handle.close();
    },
  );
  look();

  return {
    conversation: start.conversation,
    wake() {
      clearTimeout(closing);
      look();
      if (start.connected && !relayed) handle.focus();
    },
    rest(failed) {
      clearTimeout(closing);
      if (!failed && !start.conversation.ended) closing = setTimeout(close, lingers);
    },
  };
}

/** In the middle of the page that asks. */
function features({ screenX, screenY, innerWidth, innerHeight }: Page): string {
  const left = Math.round(screenX + Math.max(0, innerWidth - size.width) / 2);
  const top = Math.round(screenY + Math.max(0, innerHeight - size.height) / 3);
  return `popup,width=${size.width},height=${size.height},left=${left},top=${top}`;
}
