import { canEmbed, embedDialog, noDialog } from './dialog.ts';
import { refusal, SymbolonError } from './errors.ts';
import type { Page, Wallet } from './page.ts';
import { openWindow } from './popup.ts';
import { type Channel, prepareChannel } from './relay.ts';
import type { Surface } from './surface.ts';
import type { WalletEvent } from './wire.ts';

/** The person has so long for one request: signing in by a mailed code takes its time, ms. */
const patience = 10 * 60_000;
const maxWaiting = 16;
/** EIP-1474: internal error, resource unavailable, transaction rejected. Not the person's will, and no mistake of the page. */
const troubles: ReadonlySet<number> = new Set([-32603, -32002, -32003]);

interface Ask {
  method: string;
  params: unknown;
  /** 0x hex; asked for when its turn comes. */
  chainId: () => Promise<string>;
}

/** Where requests go to the person: one at a time, in the order in which they came. */
export interface Desk {
  /** Call it synchronously in the click. Rejects with a SymbolonError. */
  ask: (ask: Ask) => Promise<unknown>;
  /** Asks only if the wallet is open already, and shows nothing; null: it is not open. */
  whisper: (ask: Ask) => Promise<unknown> | null;
}

/** `onEvent` hears what the wallet says unasked; `onReach` is called before each request that goes to the person. */
export function createDesk(
  page: Page,
  wallet: Wallet,
  onEvent: (event: WalletEvent) => void,
  onReach: () => void,
): Desk {
  let surface: Surface | null = null;
  let embeddable = wallet.appId !== undefined && canEmbed(page);
  let channel: Channel | null = null;
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();

  function prepare(): void {
    channel = null;
    if (crypto.subtle === undefined) return;
    void prepareChannel().then((made) => {
      channel = made;
    });
  }
  prepare();

  /** The open surface, or a new one: synchronously. */
  function reach(): Surface {
    surface?.wake();
    if (surface !== null && !surface.conversation.ended) return surface;
    if (embeddable && wallet.appId !== undefined) {
      surface = embedDialog(page, wallet, wallet.appId, onEvent);
    } else {
      surface = openWindow(page, wallet, channel, onEvent);
      prepare();
    }
    return surface;
  }

  async function send(at: Surface, { method, params, chainId }: Ask): Promise<unknown> {
    const deadline = Date.now() + patience;
    return at.conversation.ask({ method, params, chainId: await chainId(), deadline });
  }

  function put(at: Surface, ask: Ask): Promise<unknown> {
    onReach();
    return send(at, ask);
  }

  return {
    async ask(ask) {
      if (waiting >= maxWaiting) throw refusal('too-many-requests');
      // Before anything is awaited: the browser opens a window only while it handles the click.
      const reached = waiting === 0 ? reach() : null;
      waiting += 1;
      const before = turn;
      const { promise, resolve } = Promise.withResolvers<void>();
      turn = promise;
      let failed = false;
      try {
        await before;
        return await put(reached ?? reach(), ask).catch((error: unknown) => {
          if (error !== noDialog) throw error;
          embeddable = false;
          return put(reach(), ask);
        });
      } catch (error) {
        failed = error instanceof SymbolonError && troubles.has(error.code);
        throw error;
      } finally {
        waiting -= 1;
        resolve();
        if (waiting === 0) surface?.rest(failed);
      }
    },
    whisper(ask) {
      return surface === null || surface.conversation.ended ? null : send(surface, ask);
    },
  };
}
