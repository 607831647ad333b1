import { type Conversation, converse } from './conversation.ts';
import type { SymbolonError } from './errors.ts';
import type { Page, Wallet } from './page.ts';
import { isReady, openMessage, type WalletEvent, type WalletRequest } from './wire.ts';

/** The wallet where the person sees it: a window or an embedded dialog. */
export interface Surface {
  readonly conversation: Conversation;
  /** Something is about to be asked. */
  wake: () => void;
  /** Everything is answered; `failed`: something went wrong, and the person may be reading what, so they close it. */
  rest: (failed: boolean) => void;
}

/** The conversation of a surface, before and after there is a line to the wallet. */
export interface Opening {
  readonly conversation: Conversation;
  readonly connected: boolean;
  /** Says what was waiting, and from now on everything, by `send`. The first line counts; later ones are refused. */
  connect: (send: (message: unknown) => void) => boolean;
  /** Ends the conversation and whatever `whenEnded` was given. Later calls change nothing. */
  end: (error: SymbolonError) => void;
  whenEnded: (clean: () => void) => void;
}

/** Keeps what is asked until the wallet's page is there. */
export function opening(onEvent: (event: WalletEvent) => void): Opening {
  const early: WalletRequest[] = [];
  const cleaners: (() => void)[] = [];
  let say: ((message: unknown) => void) | null = null;
  const conversation = converse((message) => (say === null ? early.push(message) : say(message)), onEvent);
  return {
    conversation,
    get connected() {
      return say !== null;
    },
    connect(send) {
      if (say !== null || conversation.ended) return false;
      say = send;
      for (const message of early.splice(0)) send(message);
      return true;
    },
    end(error) {
      if (conversation.ended) return;
      conversation.end(error);
      for (const clean of cleaners.splice(0)) clean();
    },
    whenEnded(clean) {
      cleaners.push(clean);
    },
  };
}

/**
 * Waits for `ready` from exactly `source` at exactly the wallet's origin, and answers it with a port. Any script can post to this
 * window, and a window that was ours can be led elsewhere: either alone proves nothing. A second `ready` comes from another
 * document in the same window, which knows nothing of what was asked: `reloaded` is told, and nothing is asked again.
 */
export function answerReady(
  page: Page,
  wallet: Wallet,
  source: () => Window | null,
  start: Opening,
  reloaded: () => void,
): void {
  let answered = false;
  const heard = (event: MessageEvent<unknown>) => {
    const window = source();
    if (window === null || event.source !== window || event.origin !== wallet.origin || !isReady(event.data)) return;
    if (answered) return reloaded();
    if (start.connected) return;
    answered = true;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (message: MessageEvent<unknown>) => start.conversation.hear(message.data);
    start.whenEnded(() => port1.close());
    window.postMessage(openMessage(wallet.appId), wallet.origin, [port2]);
    start.connect((message) => port1.postMessage(message));
  };
  page.addEventListener('message', heard);
  start.whenEnded(() => page.removeEventListener('message', heard));
}
