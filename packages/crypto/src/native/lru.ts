/**
 * A bounded map from bytes that forgets what was used longest ago. For public material only: entries are dropped, not wiped.
 */
export class Lru<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #capacity: number;
  /** Most lookups repeat the one before, and comparing bytes costs a tenth of hashing a long key. */
  #latest: { readonly key: Buffer; readonly value: Value } | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry of `key`, made by `make` if absent. What `make` throws is passed on and nothing is kept. */
  getOrMake(key: Uint8Array, make: () => Value): Value {
    if (this.#latest?.key.equals(key)) return this.#latest.value;
    const bytes = Buffer.from(key);
    const value = this.#touch(bytes.toString('latin1'), make);
    this.#latest = { key: bytes, value };
    return value;
  }

  #touch(key: string, make: () => Value): Value {
    const value = this.#entries.get(key) ?? make();
    this.#entries.delete(key); // a Map iterates in insertion order: back in at the young end
    this.#entries.set(key, value);
    if (this.#entries.size > this.#capacity) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return value;
  }
}
