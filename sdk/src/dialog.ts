import { refusal, SymbolonError } from './errors.ts';
import type { Page, Wallet } from './page.ts';
import { answerReady, opening, type Surface } from './surface.ts';
import type { WalletEvent } from './wire.ts';

/**
 * A dialog that is not registered for this origin, or whose host is away, never says `ready`. After the frame has loaded, whatever
 * it is, and in all, ms: a window can be opened instead for about 5 s after the click.
 */
const readyAfterLoad = 1500;
const readyWithin = 4000;
/** The wallet takes itself away once the person has seen how it ended; one that does not would keep the page inert, ms. */
const lingers = 2000;

/** The conversation of a dialog that never came about ends with this one: ask in a window instead. */
export const noDialog = new SymbolonError(4900, 'no-dialog', 'The wallet can not be embedded into this page.');

/**
 * Whether an embedded dialog could ever approve here: the browser must be able to prove that it is visible (Intersection
 * Observer v2), and a cross-origin isolated page can't embed a page that is not.
 */
export function canEmbed(page: Page): boolean {
  return (
    !page.crossOriginIsolated &&
    typeof HTMLDialogElement === 'function' &&
    typeof IntersectionObserverEntry === 'function' &&
    'isVisible' in IntersectionObserverEntry.prototype
  );
}

/**
 * Embeds `/dialog/APPID`, unseen until the wallet asks to be shown. A modal `<dialog>` lies in the browser's top layer, makes the
 * page behind it inert and gives the focus back, all by the browser itself.
 */
export function embedDialog(page: Page, wallet: Wallet, appId: string, onEvent: (event: WalletEvent) => void): Surface {
  const dialog = page.document.createElement('dialog');
  const frame = page.document.createElement('iframe');
  dialog.setAttribute('aria-label', 'Wallet');
  frame.title = 'Wallet';
  // Nothing of what a browser grants to frames: no camera, no clipboard, no payment.
  frame.allow = '';
  frame.src = `${wallet.origin}/dialog/${appId}`;
  // By script, since a page's CSP may forbid style attributes; the wallet draws its own backdrop over the whole page.
  Object.assign(dialog.style, {
    ...full,
    maxWidth: 'none',
    maxHeight: 'none',
    margin: '0',
    padding: '0',
    overflow: 'hidden',
  });
  Object.assign(frame.style, { ...full, display: 'block', colorScheme: 'light dark' });
  dialog.append(frame);

  const start = opening((event) => {
    if (event.event === 'show') {
      if (!dialog.open) dialog.showModal();
    } else if (event.event === 'hide') dialog.close();
    else onEvent(event);
  });
  start.whenEnded(() => {
    // Before it goes: only closing gives the focus back.
    dialog.close();
    dialog.remove();
  });
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    start.end(refusal('dialog-closed'));
  });

  const giveUp = () => {
    if (!start.connected) start.end(noDialog);
  };
  let patience = setTimeout(giveUp, readyWithin);
  frame.addEventListener('load', () => {
    clearTimeout(patience);
    patience = setTimeout(giveUp, readyAfterLoad);
  });
  start.whenEnded(() => clearTimeout(patience));
  answerReady(
    page,
    wallet,
    () => frame.contentWindow,
    start,
    () => start.end(refusal('reloaded')),
  );
  (page.document.body ?? page.document.documentElement).append(dialog);

  let closing: ReturnType<typeof setTimeout> | undefined;
  start.whenEnded(() => clearTimeout(closing));
  return {
    conversation: start.conversation,
    wake() {
      clearTimeout(closing);
      // A page that draws itself anew may have thrown it out.
      if (!dialog.isConnected) start.end(refusal('disconnected'));
    },
    rest(failed) {
      clearTimeout(closing);
      if (!failed) closing = setTimeout(() => dialog.close(), lingers);
    },
  };
}

const full = { width: '100%', height: '100%', border: '0', background: 'transparent' };
