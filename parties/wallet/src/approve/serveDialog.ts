import type { Config } from '../config.ts';
import type { ApproveView } from '../model.ts';
import { DialogPersons } from '../partition/dialogPersons.ts';
import { openOwnWindow } from '../partition/openWindow.ts';
import { watchVisibility } from '../partition/visibility.ts';
import { Waiting } from '../partition/waiting.ts';
import type { ApproveActions, Store } from '../store.ts';
import { Conversation } from '../window/conversation.ts';
import type { Line } from '../window/line.ts';
import { Desk } from './desk.ts';
import { openCounter } from './open.ts';
import { showFailure } from './serve.ts';

/** How long the person sees how it ended, ms. */
const lingers = 700;

export interface DialogParts {
  config: Config;
  view: Store<ApproveView>;
  /** Of the page that embeds this one, as the browser says. */
  origin: string;
  line: Line;
}

/** Serves the site that embeds this page: with a key of its own where it has one, by the wallet's own window otherwise. */
export async function serveDialog(parts: DialogParts): Promise<ApproveActions> {
  const { config, view, origin, line } = parts;
  const sight = watchVisibility(() => desk.visibilityChanged());
  const desk: Desk = new Desk(view, () => (sight.visibility.proven ? null : 'not-visible'));
  const persons = new DialogPersons(desk, origin);
  const counter = await openCounter({ config, origin, desk, entry: (world, app) => persons.of(world, app) });
  view.set({ app: counter.app, settings: await counter.world.settings.read() });

  const waiting = new Waiting(counter, origin);
  const conversation: Conversation = new Conversation(
    line,
    async (request, signal) => {
      try {
        return await waiting.answer(request, signal);
      } catch (error) {
        showFailure(desk, view, error);
        throw error;
      } finally {
        if (view.state.progress.step === 'ask') desk.show({ step: 'done', outcome: 'approved' });
        setTimeout(() => {
          if (counter.idle && view.state.progress.step !== 'problem') desk.show({ step: 'idle' });
        }, lingers);
      }
    },
    Date.now,
  );
  let shown = false;
  view.subscribe(({ progress: { step } }) => {
    const shows = step !== 'loading' && step !== 'idle';
    if (shows !== shown) conversation.tell({ event: shows ? 'show' : 'hide' });
    shown = shows;
  });
  counter.whenChanged((accounts) => conversation.tell({ event: 'accountsChanged', accounts }));
  addEventListener('pagehide', () => conversation.end());

  return {
    ...nothingToEnter,
    retry: () => desk.retry(),
    approve: () => {
      sight.look();
      desk.approve();
    },
    reject: () => {
      persons.cancel();
      desk.reject();
    },
    openWindow: () => void waiting.forward(openOwnWindow('')),
    proceed: () => {
      // The window has to be opened in the click, before anything is looked up.
      if (persons.asksWindow) void waiting.forward(openOwnWindow('')).finally(() => persons.cancel());
      else void persons.proceed(openOwnWindow('#partition'));
    },
    close: () => {
      persons.cancel();
      desk.reject();
      desk.show({ step: 'idle' });
    },
  };
}

/** Nobody signs in inside a site's page. */
const nothingToEnter = {
  signIn: () => {},
  requestCode: () => {},
  giveCode: () => {},
  lookAgain: () => {},
  signOut: () => {},
};
