import { hasCode } from '@symbolon/client';
import * as v from 'valibot';
import type { Desk } from '../approve/desk.ts';
import { DappRefusal } from '../approve/errors.ts';
import type { Persons } from '../approve/open.ts';
import { Kept } from '../kept.ts';
import type { App } from '../model.ts';
import { Entry, type Person } from '../session/entry.ts';
import { forgetDevice } from '../surfaces/page.ts';
import { databaseName, type World } from '../world.ts';
import { getKey } from './dialogKey.ts';

/** How a person gets in inside a site's page: never by signing in there, but by a window of the wallet's own. */
export class DialogPersons {
  readonly #desk: Desk;
  readonly #origin: string;
  #world: World | null = null;
  #app: App | null = null;
  #asksWindow = false;
  #pending: PromiseWithResolvers<Person> | null = null;

  constructor(desk: Desk, origin: string) {
    this.#desk = desk;
    this.#origin = origin;
  }

  of(world: World, app: App): Persons {
    this.#world = world;
    this.#app = app;
    const entry = new Entry({ world, show: () => {}, openSignIn: () => {}, forgetDevice: () => {} });
    const recalled = async (): Promise<Person | null> => {
      const person = await entry.recalled();
      return person === null ? null : this.#untilRevoked(person, world);
    };
    return { recalled, person: async () => (await recalled()) ?? this.#ask(world, app) };
  }

  /** The person took this page's key out of the deed: the site is no longer connected here, and needs another key to be. */
  #untilRevoked(person: Person, world: World): Person {
    const sign: Person['sign'] = async (intent, origin) => {
      try {
        return await person.sign(intent, origin);
      } catch (error) {
        if (!hasCode(error, 'not-enrolled')) throw error;
        await world.permissions.revoke(origin, person.address);
        forgetDevice(databaseName(world.deployment.id), () => location.reload());
        throw new DappRefusal('not-connected', undefined, error);
      }
    };
    return { ...person, sign };
  }

  /** The deed had no room for a key of this page: every approval is given in a window. */
  get asksWindow(): boolean {
    return this.#asksWindow;
  }

  cancel(): void {
    this.#pending?.reject(new DappRefusal('user-rejected'));
    this.#pending = null;
  }

  async proceed(opened: Window | null): Promise<void> {
    const [world, app, pending] = [this.#world, this.#app, this.#pending];
    if (world === null || app === null || pending === null || opened === null) return;
    this.#desk.show({ step: 'continue', app, busy: true });
    try {
      const got = await getKey(world, this.#origin, opened);
      if (got === 'rejected') return this.cancel();
      if (got === 'no-room') {
        this.#asksWindow = true;
        await keptAsksWindow(world).change(() => true);
        return this.#desk.show({ step: 'continue', app, busy: false });
      }
      await world.permissions.grant({ ...app, address: got.address, since: Date.now() });
      const entry = new Entry({ world, show: () => {}, openSignIn: () => {}, forgetDevice: () => {} });
      const person = await entry.opened();
      this.#pending = null;
      pending.resolve(person);
    } catch {
      // An issuer or the relay that does not answer: the button is there again.
      if (this.#pending !== null) this.#desk.show({ step: 'continue', app, busy: false });
    }
  }

  async #ask(world: World, app: App): Promise<Person> {
    this.#asksWindow = await keptAsksWindow(world).read();
    this.#pending = Promise.withResolvers<Person>();
    this.#desk.show({ step: 'continue', app, busy: false });
    return this.#pending.promise;
  }
}

const keptAsksWindow = ({ storage, lock }: World): Kept<boolean> =>
  new Kept(storage, lock, 'asks-window', v.boolean(), false);
