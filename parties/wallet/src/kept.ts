import type { DeviceStorage, Lock } from '@symbolon/client';
import * as v from 'valibot';

/**
 * One JSON value under one name of the page's storage, changed by one tab at a time. What cannot be read any more counts as
 * `initial`: nothing is kept this way whose loss gives anybody anything.
 */
export class Kept<T> {
  readonly #storage: DeviceStorage;
  readonly #lock: Lock;
  readonly #name: string;
  readonly #schema: v.GenericSchema<unknown, T>;
  readonly #initial: T;

  constructor(storage: DeviceStorage, lock: Lock, name: string, schema: v.GenericSchema<unknown, T>, initial: T) {
    this.#storage = storage;
    this.#lock = lock;
    this.#name = name;
    this.#schema = schema;
    this.#initial = initial;
  }

  async read(): Promise<T> {
    const bytes = await this.#storage.get(this.#name);
    if (bytes === null) return this.#initial;
    try {
      return v.parse(this.#schema, JSON.parse(new TextDecoder().decode(bytes)));
    } catch {
      return this.#initial;
    }
  }

  /** Resolves when the change is durable. */
  async change(change: (value: T) => T): Promise<T> {
    return this.#lock(`kept.${this.#name}`, async () => {
      const value = change(await this.read());
      await this.#storage.set(this.#name, new TextEncoder().encode(JSON.stringify(value)));
      return value;
    });
  }
}
