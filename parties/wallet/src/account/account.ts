import { hasCode } from '@symbolon/client';
import { fromHex } from '@symbolon/crypto';
import type { Config } from '../config.ts';
import type { AccountView, Settings } from '../model.ts';
import { deliver, keptErrand } from '../partition/courier.ts';
import { Entry, type Person } from '../session/entry.ts';
import { problemOf } from '../session/problem.ts';
import type { AccountActions, Store } from '../store.ts';
import { callbackUrl, forgetDevice } from '../surfaces/page.ts';
import { databaseName, openWorld, type World } from '../world.ts';
import { disconnectApp } from './disconnect.ts';
import { readAccount } from './read.ts';

type Busy = NonNullable<AccountView['busy']>;

/** The page at /: signs in, then shows what the person has and lets them change it. */
export class AccountPage implements AccountActions {
  readonly #world: World;
  readonly #view: Store<AccountView>;
  readonly #entry: Entry;
  #person: Person | null = null;
  /** The way in ended with a problem; trying again begins it anew. */
  #stuck = false;
  /** What is to be approved: the key of a pasted request, 64 bytes. */
  #asking: Uint8Array | null = null;

  constructor(world: World, view: Store<AccountView>) {
    this.#world = world;
    this.#view = view;
    this.#entry = new Entry({
      world,
      show: (progress) => view.set({ progress }),
      openSignIn: (issuer) => void this.#leaveFor(issuer),
      forgetDevice: () => forgetDevice(databaseName(world.deployment.id)),
    });
    world.news.listen((news) => {
      if (news === 'signed-out') location.reload();
      if (news === 'changed') this.refresh();
    });
  }

  /** Never rejects: what goes wrong is shown, and can be tried again. `before` may end it. */
  async show(before: () => Promise<'go-on' | 'stop'> = async () => 'go-on'): Promise<void> {
    try {
      if ((await before()) === 'stop') return;
      this.#view.set({ settings: await this.#world.settings.read() });
      this.#person = await this.#entry.person();
      this.#view.set({ notices: this.#person.notices });
      await this.#read(this.#person);
      this.#view.set({ progress: { step: 'idle' } });
    } catch (error) {
      this.#stuck = true;
      this.#view.set({ progress: { step: 'problem', problem: problemOf(error) } });
    }
  }

  async #read(person: Person): Promise<void> {
    this.#view.set({ account: await readAccount(this.#world, person) });
  }

  async #leaveFor(issuer: string): Promise<void> {
    const { config, sessions } = this.#world;
    this.#view.set({ progress: { step: 'sign-in', issuers: config.issuers, busy: true } });
    try {
      const { url } = await sessions.begin(issuer, callbackUrl(), this.#view.state.thenClose);
      location.assign(url);
    } catch (error) {
      this.#stuck = true;
      this.#view.set({ progress: { step: 'problem', problem: problemOf(error) } });
    }
  }

  /** One change at a time; what fails is said, and the account stays. */
  #run(busy: Busy, work: (person: Person) => Promise<void>): void {
    const person = this.#person;
    if (person === null || this.#view.state.busy !== null) return;
    this.#view.set({ busy, failed: null });
    void work(person)
      .then(() => this.#read(person))
      .catch((error: unknown) => {
        if (hasCode(error, 'session-ended', 'not-signed-in')) location.reload();
        this.#view.set({ failed: problemOf(error) });
      })
      .finally(() => this.#view.set({ busy: null }));
  }

  signIn(issuer: string): void {
    this.#entry.signIn(issuer);
  }

  retry(): void {
    if (this.#stuck) {
      this.#stuck = false;
      void this.show();
    } else if (this.#view.state.account === null) this.#entry.retry();
    else this.refresh();
  }

  requestCode(): void {
    this.#entry.requestCode();
  }

  giveCode(code: string): void {
    this.#entry.giveCode(code);
  }

  lookAgain(): void {
    this.#entry.lookAgain();
  }

  signOut(): void {
    void this.#world.sessions.end().finally(() => location.replace('/'));
  }

  refresh(): void {
    this.#run('refresh', async () => {});
  }

  disconnect(origin: string): void {
    this.#run('disconnect', (person) => disconnectApp(this.#world, person, origin));
  }

  revokeDevice(id: string): void {
    this.#run('revoke-device', async () => {
      await this.#world.client.revoke(fromHex(id));
    });
  }

  readDevice(text: string): void {
    this.#run('read-device', async () => {
      const { key, check } = this.#world.client.readRequest(text);
      this.#asking = key;
      this.#view.set({ approval: { check, busy: false } });
    });
  }

  approveDevice(name: string): void {
    const { approval } = this.#view.state;
    const key = this.#asking;
    if (this.#view.state.release === 'release-withdrawn') return;
    if (approval === null || key === null) return;
    this.#view.set({ approval: { ...approval, busy: true } });
    this.#run('approve-device', async () => {
      try {
        await this.#world.client.approve(key, name.trim().slice(0, 64) || 'Another device');
      } finally {
        this.dismissDevice();
      }
    });
  }

  dismissDevice(): void {
    this.#asking = null;
    this.#view.set({ approval: null });
  }

  dismissNotices(): void {
    this.#view.set({ notices: [] });
  }

  change(settings: Partial<Settings>): void {
    void this.#world.settings
      .change((before) => ({ ...before, ...settings }))
      .then((after) => this.#view.set({ settings: after }));
  }
}

/**
 * Opens the page. Where the browser comes back from an issuer, the sign-in is finished first, and its code leaves the address
 * before anything else happens. `began`: an issuer to go to at once, for a window that was opened for that.
 */
export async function openAccount(
  config: Config,
  view: Store<AccountView>,
  began: string | null,
): Promise<AccountActions> {
  const world = await openWorld(config);
  const page = new AccountPage(world, view);
  void page.show(async () => {
    if (location.pathname === '/callback' && (await cameBack(world, view))) return 'stop';
    if (began !== null) page.signIn(began);
    return began === null ? 'go-on' : 'stop';
  });
  return page;
}

/** True where this window was there for the sign-in only, and is done. */
async function cameBack(world: World, view: Store<AccountView>): Promise<boolean> {
  const { href } = location;
  history.replaceState(null, '', '/');
  const { deployment, lock, sessions, storage } = world;
  if (await deliver(href, keptErrand(storage, lock), deployment.cloud.url, Date.now())) return endWindow(view);
  const { close } = await sessions.finish(href);
  view.set({ thenClose: close });
  return close ? endWindow(view) : false;
}

function endWindow(view: Store<AccountView>): true {
  view.set({ thenClose: true, progress: { step: 'done', outcome: 'connected' } });
  window.close();
  return true;
}
