import type { TcbStatus } from '../attested.ts';
import type { Bytes } from '../bytes.ts';
import { refuse } from '../error.ts';
import { fromHex } from '../hex.ts';

/** A value of Intel's JSON, to be asked for what it should be; anything else throws `malformed`. */
export class Json {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  static parse(text: string): Json {
    try {
      return new Json(JSON.parse(text));
    } catch {
      return malformed();
    }
  }

  get(name: string): Json {
    return this.optional(name) ?? malformed();
  }

  optional(name: string): Json | undefined {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return malformed();
    const found: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    return found === undefined ? undefined : new Json(found);
  }

  names(): string[] {
    const value = this.#value;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : malformed();
  }

  list(): Json[] {
    return Array.isArray(this.#value) ? this.#value.map((item) => new Json(item)) : malformed();
  }

  text(): string {
    return typeof this.#value === 'string' ? this.#value : malformed();
  }

  /** An integer from 0 to 65535. */
  integer(): number {
    const value = this.#value;
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff ? value : malformed();
  }

  /** Uppercase hex, as Intel writes it, of so many bytes. */
  bytes(length: number): Bytes {
    const text = this.text();
    const bytes = text === text.toUpperCase() ? fromHex(text.toLowerCase()) : null;
    return bytes?.length === length ? bytes : malformed();
  }

  /** UTC to the second; ms since 1970. */
  time(): number {
    const text = this.text();
    const ms = Date.parse(text);
    const exact = !Number.isNaN(ms) && `${new Date(ms).toISOString().slice(0, 19)}Z` === text;
    return exact ? ms : malformed();
  }

  status(): TcbStatus | 'Revoked' {
    const text = this.text();
    return STATUSES.find((status) => status === text) ?? malformed();
  }
}

const STATUSES = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
] as const satisfies readonly (TcbStatus | 'Revoked')[];

function malformed(): never {
  return refuse('malformed', 'not collateral of the form that Intel gives out');
}
