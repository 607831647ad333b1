import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Page } from 'playwright-core';
import { type Records, recordsOf } from '../support/records.ts';
import type { BrowserWorld } from './browserWorld.ts';
import type { Person } from './person.ts';

interface Activity {
  outcome: 'signed' | 'sent' | 'rejected' | 'failed';
}

/** What a partition of the wallet's origin keeps of a person, beside tokens and keys. */
interface Kept {
  permissions: unknown;
  activity: Activity[];
}

/** Everything by which an attack would show: both stores and the kms's log, and what the person's browser keeps. */
interface Traces {
  records: Records;
  kept: Kept;
}

/** Looks at what a person has, from a page of the wallet's origin that runs no script of it. */
export class Watch {
  readonly #world: BrowserWorld;
  readonly #page: Page | Frame;

  private constructor(world: BrowserWorld, page: Page | Frame) {
    this.#world = world;
    this.#page = page;
  }

  static async over(world: BrowserWorld, person: Person): Promise<Watch> {
    return new Watch(world, await person.browser.open(`${world.wallet}/chains.json`));
  }

  /** As {@link nothingHappens} of one partition, seen from the dialog in it. */
  static inside(world: BrowserWorld, dialog: Frame): Watch {
    return new Watch(world, dialog);
  }

  /**
   * Runs an attack. Afterwards there is no signature, no permission, no release and no entry of the kms's log that was not there
   * before; and no activity, but for `refusals` that the person gave meanwhile.
   */
  async nothingHappens(attack: () => Promise<unknown>, refusals = 0): Promise<void> {
    const before = await this.#traces();
    await attack();
    // A refusal is answered at once, and written down a moment after.
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await keptAt(this.#page)).activity.length >= before.kept.activity.length + refusals) break;
      await sleep(50);
    }
    const now = await this.#traces();
    const told = now.kept.activity.slice(0, refusals).map(({ outcome }) => outcome);
    assert.deepEqual(told, Array(refusals).fill('rejected'));
    const kept = { ...now.kept, activity: now.kept.activity.slice(refusals) };
    assert.deepEqual({ ...now, kept }, before);
  }

  async #traces(): Promise<Traces> {
    return { records: recordsOf(this.#world), kept: await keptAt(this.#page) };
  }
}

function keptAt(page: Page | Frame): Promise<Kept> {
  return page.evaluate(async () => {
    const [database] = await indexedDB.databases();
    if (database?.name === undefined) throw new Error('the wallet keeps nothing here');
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const open = await done(indexedDB.open(database.name));
    const read = async (name: string) => {
      const bytes: Uint8Array | undefined = await done(open.transaction('bytes').objectStore('bytes').get(name));
      return bytes === undefined ? [] : JSON.parse(new TextDecoder().decode(bytes));
    };
    const kept = { permissions: await read('permissions'), activity: await read('activity') };
    open.close();
    return kept;
  });
}
