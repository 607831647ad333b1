import { ClientError, hasCode } from '@symbolon/client';
import { ProtocolError } from '@symbolon/protocol';
import * as v from 'valibot';
import { DappRefusal } from '../approve/errors.ts';
import { actionsOf, openWindowCounter, type ServeParts } from '../approve/serve.ts';
import type { ApproveActions } from '../store.ts';
import { fromText } from '../window/base64url.ts';
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
  const left = new AbortController();
  const leave = () => {
    left.abort(new DappRefusal('user-rejected'));
    tell({ what: 'rejected' });
    window.close();
  };
  const tell = (message: Enrolled) => line.send(message);

  const run = async (): Promise<void> => {
    const { world, app } = counter;
    const person = await entry.person();
    await desk.ask({ ask: 'embed', app }, left.signal);
    await desk.work(() => letIn(world, wants, origin), left.signal);
    await world.permissions.grant({ ...app, address: person.address, since: Date.now() });
    const issuer = (await world.sessions.who())?.issuer ?? '';
    line.listen((message) => void goToIssuer(world, message));
    tell({ what: 'enrolled', issuer, address: person.address });
  };
  void run().catch((error: unknown) => {
    const full = error instanceof NoRoom;
    tell({ what: full ? 'no-room' : 'rejected' });
    if (full || error instanceof DappRefusal) window.close();
  });
  return actionsOf(entry, desk, view, leave);
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

async function goToIssuer({ config, storage, lock }: World, message: unknown): Promise<void> {
  const signIn = v.safeParse(signInSchema, message);
  if (!signIn.success) return;
  const { url, state, channel, point } = signIn.output;
  if (!config.issuers.some((issuer) => new URL(url).origin === new URL(issuer.url).origin)) return;
  await keptErrand(storage, lock).change(() => newErrand(state, channel, point, Date.now()));
  location.assign(url);
}

/** Nothing is wrong with the wallet: the dialog asks in windows then. */
class NoRoom extends DappRefusal {
  constructor() {
    super('wallet-unavailable');
  }
}
