import { ClearSigningError } from '../errors.ts';
import { isObject, type JsonObject, own } from '../json.ts';
import { trimKey } from './descriptor.ts';

/** Hands over an included file's JSON by its path as seen from the including file, and where that is. */
export type ReadFile = (include: string, from: string) => { json: unknown; path: string };

/**
 * A descriptor in one piece: every included file merged under it (ERC-7730, "Organizing files").
 *
 * @param path where the file is, for `read`
 * @throws ClearSigningError `descriptor-invalid` for files that include each other or what is no descriptor
 */
export function mergeIncludes(json: unknown, path: string, read: ReadFile, depth = 0): JsonObject {
  if (!isObject(json)) throw invalid('not an object');
  const { includes, ...file } = json;
  if (includes === undefined) return file;
  if (typeof includes !== 'string' || depth >= 8) throw invalid('includes that are no path, or go in circles');
  const included = read(includes, path);
  return mergeObjects(mergeIncludes(included.json, included.path, read, depth + 1), file);
}

/** Common keys merge where both are objects; otherwise the including file's value stands. */
function mergeObjects(under: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const same = merged.has(key) ? key : ([...merged.keys()].find((other) => trimKey(other) === trimKey(key)) ?? key);
    merged.set(same, merge(key, merged.get(same), value));
  }
  return Object.fromEntries(merged);
}

function merge(key: string, under: unknown, over: unknown): unknown {
  if (isObject(under) && isObject(over)) return mergeObjects(under, over);
  if (key === 'fields' && Array.isArray(under) && Array.isArray(over)) return mergeFields(under, over);
  return over;
}

/** Fields of one path merge in the included file's order; the including file's others follow. */
function mergeFields(under: readonly unknown[], over: readonly unknown[]): unknown[] {
  const merged = [...under];
  for (const field of over) {
    const path = pathOf(field);
    const i = path === null ? -1 : under.findIndex((other) => pathOf(other) === path);
    if (i === -1) merged.push(field);
    else merged[i] = merge('', merged[i], field);
  }
  return merged;
}

function pathOf(field: unknown): string | null {
  const path = isObject(field) ? own(field, 'path') : undefined;
  return typeof path === 'string' ? path.replace(/^#\./, '') : null;
}

function invalid(message: string): ClearSigningError {
  return new ClearSigningError('descriptor-invalid', message);
}
