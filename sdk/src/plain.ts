/**
 * A copy of JSON-like data made of plain objects only: no getters, no prototypes, no `__proto__` keys that a later
 * `Object.assign` would turn into a prototype. Throws TypeError on anything else, and on more than 64 levels.
 */
export function plain(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object' || depth > 64) throw new TypeError('not plain data');
  if (Array.isArray(value)) return Array.from(value, (item) => plain(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw new TypeError('not plain data');
    if (item !== undefined) copy[key] = plain(item, depth + 1);
  }
  return copy;
}

/** Whether it is an object with keys: not null, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
