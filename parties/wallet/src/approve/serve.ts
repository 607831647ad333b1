import type { Config } from '../config.ts';
import type { ApproveView } from '../model.ts';
import { Entry } from '../session/entry.ts';
import type { ApproveActions, Store } from '../store.ts';
import { forgetDevice, openSignInWindow } from '../surfaces/page.ts';
import { Conversation } from '../window/conversation.ts';
import type { Line } from '../window/line.ts';
import { databaseName, type World } from '../world.ts';
import { Desk } from './desk.ts';
import { DappRefusal } from './errors.ts';
import { openCounter } from './open.ts';

/** How long a window without anything to ask stays for what its site asks next, ms. */
const lingers = 1_500;

export interface ServeParts {
  config: Config;
  view: Store<ApproveView>;
  /** As the browser says. */
  origin: string;
  line: Line;
  /** The address that the person connected to this site in an embedded dialog of ours, which hands its question over. */
  connected: string | null;
}

/** Serves one site in a window of its own, until nothing is left to ask. */
export async function serve({ config, view, origin, line, connected }: ServeParts): Promise<ApproveActions> {
  const { counter, desk, entry } = await openWindowCounter(config, view, origin);
  view.set({ app: counter.app, settings: await counter.world.settings.read() });
  if (connected !== null)
    await counter.world.permissions.grant({ ...counter.app, address: connected, since: Date.now() });

  const leave = (): void => {
    conversation.end();
    conversation.tell({ event: 'hide' });
    window.close();
  };
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const conversation: Conversation = new Conversation(
    line,
    async (request, signal) => {
      clearTimeout(leaving);
      try {
        return await counter.answer(request, signal);
      } catch (error) {
        showFailure(desk, view, error);
        throw error;
      } finally {
        leaving = setTimeout(() => {
          if (counter.idle && view.state.progress.step !== 'problem') leave();
        }, lingers);
        if (view.state.progress.step === 'ask') desk.show({ step: 'done', outcome: 'approved' });
      }
    },
    Date.now,
  );
  counter.whenChanged((accounts) => conversation.tell({ event: 'accountsChanged', accounts }));
  addEventListener('pagehide', () => conversation.end());
  return actionsOf(entry, desk, view, leave);
}

/** A site's counter in a window: whoever is not signed in does so in a window beside it. */
export async function openWindowCounter(config: Config, view: Store<ApproveView>, origin: string) {
  const desk = new Desk(view, () => null);
  const held: { entry: Entry | null } = { entry: null };
  const entryOf = (world: World): Entry => {
    held.entry ??= new Entry({
      world,
      show: (progress) => desk.show(progress),
      openSignIn: openSignInWindow,
      forgetDevice: () => forgetDevice(databaseName(config.deployment.id)),
    });
    return held.entry;
  };
  const counter = await openCounter({ config, origin, desk, entry: entryOf });
  return { counter, desk, entry: entryOf(counter.world) };
}

/** What a person set going and did not come to its end is said to them too, not only to the site. */
export function showFailure(desk: Desk, view: Store<ApproveView>, error: unknown): void {
  const { progress } = view.state;
  if (progress.step !== 'ask' || !progress.busy) return;
  const code = error instanceof DappRefusal ? error.reason : 'wallet-unavailable';
  desk.show({ step: 'problem', problem: { code, retry: false, party: null } });
}

/** What a window's buttons do. */
export function actionsOf(entry: Entry, desk: Desk, view: Store<ApproveView>, leave: () => void): ApproveActions {
  const give = (): void => (view.state.progress.step === 'problem' ? desk.reject() : undefined);
  return {
    signIn: (issuer) => entry.signIn(issuer),
    retry: () => {
      entry.retry();
      desk.retry();
    },
    requestCode: () => entry.requestCode(),
    giveCode: (code) => entry.giveCode(code),
    lookAgain: () => entry.lookAgain(),
    signOut: () => entry.signOut(),
    approve: () => desk.approve(),
    reject: () => desk.reject(),
    openWindow: () => {},
    proceed: () => {},
    close: () => {
      give();
      leave();
    },
  };
}
