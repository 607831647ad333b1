import { ClientError, hasCode } from '@symbolon/client';
import { ProtocolError } from '@symbolon/protocol';
import * as v from 'valibot';
import type { Desk } from '../approve/desk.ts';
import { DappRefusal } from '../approve/errors.ts';
import { actionsOf, openWindowCounter, type ServeParts } from '../approve/serve.ts';
import type { App } from '../model.ts';
import type { Entry } from '../session/entry.ts';
import type { ApproveActions } from '../store.ts';
import { fromText } from '../window/base64url.ts';
import type { Line } from '../window/line.ts';
import type { World } from '../world.ts';
import { keptErrand, newErrand } from './courier.ts';
import { type Enrolled, type HandOver, signInSchema } from './handOver.ts';

type Wants = HandOver['wants'] & { do: 'enrol' };

/**
 * The window that a dialog opened to get a key of its own. The person is asked once; the key goes into the deed, good for this
 * site only; then this window goes to the issuer in the dialog's name, and what comes back is brought to it.
 */
export async function enrol(parts: Omit<ServeParts, 'connected'>, wants: Wants): Promise<ApproveActions> {
  const { config, view, origin, line } = parts;
  const { counter, desk, entry } = await openWindowCounter(config, view, origin);
  view.set({ app: counter.app });
  const { world, app } = counter;
  const close = () => window.close();
  const leave = askToEnrol({ world, app, desk, entry, line, close, go: (url) => location.assign(url) }, wants);
  return actionsOf(entry, desk, view, leave);
}

export interface EnrolmentParts {
  world: World;
  app: App;
  desk: Desk;
  entry: Pick<Entry, 'person'>;
  /** To the dialog. */
  line: Line;
  /** Ends this window, or takes it elsewhere. */
  close: () => void;
  go: (url: string) => void;
}

/** Asks, and does what the person says. @returns how they leave without an answer */
export function askToEnrol({ world, app, desk, entry, line, close, go }: EnrolmentParts, wants: Wants): () => void {
  const { origin } = app;
  const left = new AbortController();
  const tell = (message: Enrolled) => line.send(message);

  const run = async (): Promise<void> => {
    const person = await entry.person();
    await desk.ask({ ask: 'embed', app }, left.signal);
    await desk.work(() => letIn(world, wants, origin), left.signal);
    await world.permissions.grant({ ...app, address: person.address, since: Date.now() });
    const issuer = (await world.sessions.who())?.issuer ?? '';
    line.listen((message) => void goToIssuer(world, message, go));
    tell({ what: 'enrolled', issuer, address: person.address });
  };
  void run().catch((error: unknown) => {
    const full = error instanceof NoRoom;
    tell({ what: full ? 'no-room' : 'rejected' });
    if (full || error instanceof DappRefusal) close();
  });
  return () => {
    left.abort(new DappRefusal('user-rejected'));
    tell({ what: 'rejected' });
    close();
  };
}

/** Puts the dialog's key into the deed; one that is there already has only lost its sign-in. Throws NoRoom. */
async function letIn(world: World, { point, name }: Wants, origin: string): Promise<void> {
  try {
    await world.client.approve(fromText(point), name, origin);
  } catch (error) {
    if (hasCode(error, 'device-known')) return;
    const refused = error instanceof ClientError && (error.code === 'deed-invalid' || error.reason === 'deed-invalid');
    // The deed takes so many devices and versions and no more; a revoked key does not come back.
    if (refused || error instanceof ProtocolError || hasCode(error, 'device-revoked')) throw new NoRoom();
    throw error;
  }
}

async function goToIssuer(
  { config, storage, lock }: World,
  message: unknown,
  go: (url: string) => void,
): Promise<void> {
  const signIn = v.safeParse(signInSchema, message);
  if (!signIn.success) return;
  const { url, state, channel, point } = signIn.output;
  if (!config.issuers.some((issuer) => new URL(url).origin === new URL(issuer.url).origin)) return;
  await keptErrand(storage, lock).change(() => newErrand(state, channel, point, Date.now()));
  go(url);
}

/** Nothing is wrong with the wallet: the dialog asks in windows then. */
class NoRoom extends DappRefusal {
  constructor() {
    super('wallet-unavailable');
  }
}
