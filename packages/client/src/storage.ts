import { ClientError } from './errors.ts';

/**
 * Where a device keeps what it must not forget. Each `set` is durable and whole when it resolves: after a crash a name holds
 * the old bytes or the new ones. Names are of a-z, 0-9, `.` and `-`.
 */
export interface DeviceStorage {
  get(name: string): Promise<Uint8Array | null>;
  set(name: string, bytes: Uint8Array): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Keeps nothing beyond the process: for load and tests. */
export class MemoryStorage implements DeviceStorage {
  readonly #entries = new Map<string, Uint8Array>();

  async get(name: string): Promise<Uint8Array | null> {
    return this.#entries.get(name) ?? null;
  }

  async set(name: string, bytes: Uint8Array): Promise<void> {
    this.#entries.set(name, bytes.slice());
  }

  async delete(name: string): Promise<void> {
    this.#entries.delete(name);
  }
}

interface Form<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/** One thing under one name of a storage. */
export class Stored<T> {
  readonly #storage: DeviceStorage;
  readonly #name: string;
  readonly #form: Form<T>;

  constructor(storage: DeviceStorage, name: string, form: Form<T>) {
    this.#storage = storage;
    this.#name = name;
    this.#form = form;
  }

  /** Null if there is none. Throws ClientError `storage-corrupt`: what cannot be read is never taken for absent. */
  async read(): Promise<T | null> {
    const bytes = await this.#storage.get(this.#name);
    if (bytes === null) return null;
    try {
      return this.#form.decode(bytes);
    } catch (cause) {
      throw new ClientError('storage-corrupt', `What this device stored as ${this.#name} cannot be read.`, { cause });
    }
  }

  async write(value: T): Promise<void> {
    await this.#storage.set(this.#name, this.#form.encode(value));
  }

  async clear(): Promise<void> {
    await this.#storage.delete(this.#name);
  }
}

/** Flat records of text as JSON; `names` are exactly what a record has. */
export function textRecord<const K extends string>(names: readonly K[]): Form<Record<K, string>> {
  return {
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode: (bytes) => {
      const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      const record = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
      const right =
        Object.keys(record).length === names.length && names.every((name) => typeof record[name] === 'string');
      if (!right) throw new TypeError('not a record of the expected form');
      return record as Record<K, string>;
    },
  };
}
