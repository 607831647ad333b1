import type { DeviceStorage, Lock } from '@symbolon/client';
import * as v from 'valibot';
import { Kept } from '../kept.ts';
import type { Activity, Sentence } from '../model.ts';

/** Oldest ones go: a browser's storage is no archive, and the chain has the rest. */
const maximumEntries = 200;

const entrySchema = v.strictObject({
  at: v.number(),
  address: v.string(),
  app: v.string(),
  sentence: v.custom<Sentence>((value) => typeof value === 'object' && value !== null && 'kind' in value),
  outcome: v.picklist(['signed', 'sent', 'rejected', 'failed']),
  hash: v.nullable(v.string()),
  chainId: v.nullable(v.string()),
});
/** One approval or refusal. `hash` and `chainId` only of what was sent. */
export type Entry = v.InferOutput<typeof entrySchema>;

/** What a person approved and refused in this partition, newest first. It stays here: no party learns of it. */
export class ActivityLog {
  readonly #kept: Kept<Entry[]>;

  constructor(storage: DeviceStorage, lock: Lock) {
    this.#kept = new Kept(storage, lock, 'activity', v.array(entrySchema), []);
  }

  async add(entry: Entry): Promise<void> {
    await this.#kept.change((all) => [entry, ...all].slice(0, maximumEntries));
  }

  /** The chain's word on something sent. */
  async settle(hash: string, outcome: Activity['outcome']): Promise<void> {
    await this.#kept.change((all) => all.map((one) => (one.hash === hash ? { ...one, outcome } : one)));
  }

  /** Whether `address` has sent currency or tokens to `to` before. */
  async hasSentTo(address: string, to: string): Promise<boolean> {
    return (await this.of(address)).some(
      ({ outcome, sentence }) => outcome === 'sent' && 'to' in sentence && sentence.to.address === to,
    );
  }

  async of(address: string): Promise<Entry[]> {
    return (await this.#kept.read()).filter((one) => one.address === address);
  }
}
