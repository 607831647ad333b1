import type { DeviceStorage, Lock } from '@symbolon/client';
import * as v from 'valibot';
import { Kept } from '../kept.ts';

/** Newest ones are kept; EIP-5792 asks for a day at least. */
const maximumBundles = 50;

const bundleSchema = v.strictObject({
  origin: v.string(),
  id: v.string(),
  address: v.string(),
  chainId: v.string(),
  at: v.number(),
  /** How many calls there are in all; those not sent were rejected or failed before the chain. */
  count: v.number(),
  hashes: v.array(v.string()),
  /** No further call will be sent. */
  ended: v.boolean(),
});
export type Bundle = v.InferOutput<typeof bundleSchema>;

/** Calls that were sent together (EIP-5792), by site and id: no site learns of another's. */
export class CallBundles {
  readonly #kept: Kept<Bundle[]>;

  constructor(storage: DeviceStorage, lock: Lock) {
    this.#kept = new Kept(storage, lock, 'calls', v.array(bundleSchema), []);
  }

  async find(origin: string, id: string): Promise<Bundle | null> {
    return (await this.#kept.read()).find((one) => one.origin === origin && one.id === id) ?? null;
  }

  async put(bundle: Bundle): Promise<void> {
    const other = (one: Bundle) => one.origin !== bundle.origin || one.id !== bundle.id;
    await this.#kept.change((all) => [bundle, ...all.filter(other)].slice(0, maximumBundles));
  }
}
