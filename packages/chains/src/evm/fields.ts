import { at, fieldInvalid, IntentError } from './errors.ts';

/** A map as CBOR or JSON decoding makes it. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * `value` where it is a plain map. A prototype of its own (class instances, a decoded `__proto__` key) would let a field be
 * read that the bytes do not hold.
 */
export function asFields(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? (value as Fields) : null;
}

/** A map with exactly `keys`. Throws IntentError `field-invalid`, `field-missing`, `field-unknown`. */
export function exactFields<const K extends string>(
  value: unknown,
  keys: readonly K[],
  path: string,
): Readonly<Record<K, unknown>> {
  const fields = asFields(value);
  if (fields === null) throw fieldInvalid(path, 'a map');
  const missing = keys.find((key) => !Object.hasOwn(fields, key));
  if (missing !== undefined) throw fieldMissing(`${path}.${missing}`);
  const names: readonly string[] = keys;
  const unknown = Object.keys(fields).find((key) => !names.includes(key));
  if (unknown !== undefined) throw fieldUnknown(`${path}.${unknown}`);
  return fields as Readonly<Record<K, unknown>>;
}

/** An unsigned integer from `min` to `max`, carried as a bigint. */
export function uint(value: unknown, path: string, min: bigint, max: bigint): bigint {
  if (typeof value !== 'bigint') throw fieldInvalid(path, 'an integer (bigint)');
  if (value < min || value > max) throw fieldInvalid(path, `an integer from ${shown(min)} to ${shown(max)}`);
  return value;
}

/** A copy of a byte string, so that nobody who still holds the input can change what was checked. */
export function byteString(value: unknown, path: string, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
    throw fieldInvalid(path, length === undefined ? 'bytes' : `${length} bytes`);
  }
  return new Uint8Array(value);
}

/** A list's items; a hole in it is an item, undefined. */
export function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw fieldInvalid(path, 'a list');
  return Array.from(value);
}

export function fieldMissing(path: string): IntentError {
  return new IntentError('field-missing', `${at(path)} is missing`, 'Nothing is guessed: give this field a value.');
}

export function fieldUnknown(path: string): IntentError {
  return new IntentError(
    'field-unknown',
    `${at(path)} does not belong here`,
    'Remove it: a field that would not be signed is not ignored.',
  );
}

function shown(bound: bigint): string {
  const bits = (bound + 1n).toString(2).length - 1;
  return bound >= 2n ** 53n - 1n && bound + 1n === 2n ** BigInt(bits) ? `2^${bits} - 1` : String(bound);
}
