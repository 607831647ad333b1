import type { DeviceStorage, Lock } from '@symbolon/client';
import * as v from 'valibot';
import { Kept } from '../kept.ts';
import type { Question } from '../model.ts';
import type { Desk } from './desk.ts';
import { DappRefusal } from './errors.ts';

/** Requests of one page that may wait behind the one that is shown. */
const maximumWaiting = 8;
const rejectionsInARow = 3;
/** Within this, ms, and for this long nothing is shown. */
const coolDown = 60_000;

const rejectionsSchema = v.record(v.string(), v.array(v.number()));

/**
 * What keeps a site from wearing a person down: one question at a time, few that wait, and after three rejections in a row a
 * minute of silence. The rejections are kept, since each window that a site opens is a new page.
 */
export class Attention {
  readonly #origin: string;
  readonly #desk: Desk;
  readonly #rejections: Kept<Record<string, number[]>>;
  readonly #now: () => number;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(origin: string, desk: Desk, kept: { storage: DeviceStorage; lock: Lock }, now: () => number) {
    this.#origin = origin;
    this.#desk = desk;
    this.#rejections = new Kept(kept.storage, kept.lock, 'rejections', rejectionsSchema, {});
    this.#now = now;
  }

  /** Runs `work` when all before it are through. Throws DappRefusal `too-many-requests`. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting > maximumWaiting) throw new DappRefusal('too-many-requests');
    this.#waiting += 1;
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }

  get idle(): boolean {
    return this.#waiting === 0;
  }

  /** As {@link Desk.ask}; throws DappRefusal `cooling-down` without showing anything. */
  async ask(question: Question, signal: AbortSignal): Promise<void> {
    const recent = await this.#recent();
    if (recent.length >= rejectionsInARow) throw new DappRefusal('cooling-down');
    try {
      await this.#desk.ask(question, signal);
      await this.#remember([]);
    } catch (error) {
      const rejected = error instanceof DappRefusal && error.reason === 'user-rejected';
      if (rejected) await this.#remember([...recent, this.#now()]);
      throw error;
    }
  }

  async #recent(): Promise<number[]> {
    const all = await this.#rejections.read();
    const own = Object.hasOwn(all, this.#origin) ? (all[this.#origin] ?? []) : [];
    return own.filter((at) => at > this.#now() - coolDown);
  }

  async #remember(times: number[]): Promise<void> {
    await this.#rejections.change((all) => {
      const others = Object.entries(all).filter(
        ([origin, at]) => origin !== this.#origin && at.some((one) => one > this.#now() - coolDown),
      );
      return Object.fromEntries(times.length === 0 ? others : [...others, [this.#origin, times]]);
    });
  }
}
