import { equalsConstant, parseInteger, type Value } from '../abi/value.ts';
import { parseAddress } from '../bytes.ts';
import { constant, constantAt } from '../descriptor/constant.ts';
import { type Path, parsePath, type Step, spellPath } from '../descriptor/path.ts';
import { elements, type Selection, select } from '../descriptor/select.ts';
import { ClearSigningError } from '../errors.ts';
import { isObject, type JsonObject, own } from '../json.ts';
import type { Context } from './context.ts';

/** Where relative paths start: a structure inside the data, and the steps that lead to it. */
export interface Scope {
  selection: Selection;
  base: readonly Step[];
}

/** Every value that a path leads to; null where it leads nowhere. */
export function resolvePath(context: Context, scope: Scope, path: Path): Selection[] | null {
  switch (path.root) {
    case '#':
      return select({ value: context.data, at: [] }, path.steps);
    case '@':
      return select({ value: containerValue(context), at: [] }, path.steps);
    case '$': {
      const value = literalValue(constantAt(context.descriptor.file, spellPath(path)));
      return value === null ? null : [{ value, at: [] }];
    }
    default:
      return select(scope.selection, path.steps);
  }
}

function containerValue({ container }: Context): Value {
  const members = new Map<string, Value>();
  if (container.from !== null) members.set('from', { kind: 'address', value: container.from });
  if (container.to !== null) members.set('to', { kind: 'address', value: container.to });
  if (container.value !== null) members.set('value', { kind: 'uint', bits: 256, value: container.value });
  if (container.chainId !== null) members.set('chainId', { kind: 'uint', bits: 256, value: BigInt(container.chainId) });
  return { kind: 'tuple', members };
}

/** A JSON literal as a value; null for what is none. */
export function literalValue(json: unknown): Value | null {
  if (typeof json === 'string') return { kind: 'string', value: json };
  if (typeof json === 'boolean') return { kind: 'bool', value: json };
  const integer = parseInteger(json);
  if (integer !== null) return { kind: 'int', bits: 256, value: integer };
  return typeof json === 'number' ? { kind: 'string', value: String(json) } : null;
}

/** A formatter's parameters, for one element. */
export interface Params {
  /** Whether the descriptor sets `NAME` or `NAMEPath`, whatever becomes of it. */
  has(name: string): boolean;
  /** A literal, a `$.` constant, or what a map says; undefined where the parameter is not set. */
  constant(name: string): unknown;
  /** The value that `NAMEPath` leads to, or the literal `NAME`; null where neither yields one. */
  value(name: string): Value | null;
}

/**
 * The parameters of each element that a field shows. A parameter that leads to an array is taken element by element.
 *
 * @throws ClearSigningError `length-mismatch` where such arrays differ in length, `map-no-match`, `descriptor-invalid`
 */
export function paramsFor(context: Context, scope: Scope, params: JsonObject, targets: readonly Selection[]): Params[] {
  const file = context.descriptor.file;
  const paths = new Map<string, (target: Selection) => Value | null>();
  const follow = (spelled: string): ((target: Selection) => Value | null) => {
    const known = paths.get(spelled);
    if (known !== undefined) return known;
    const found = resolvePath(context, scope, parsePath(spelled))?.flatMap(elements) ?? null;
    const follower = found === null ? () => null : paired(found.filter(isWithin(scope)), targets);
    paths.set(spelled, follower);
    return follower;
  };
  return targets.map((target) => {
    const resolve = (literal: unknown): unknown => {
      if (Array.isArray(literal)) return literal.map(resolve);
      return isObject(literal) ? lookUp(file, literal, (path) => follow(path)(target)) : constant(file, literal);
    };
    const named = (name: string): unknown => resolve(own(params, name));
    return {
      has: (name) => own(params, name) !== undefined || own(params, `${name}Path`) !== undefined,
      constant: named,
      value: (name) => {
        const path = own(params, `${name}Path`);
        return typeof path === 'string' ? follow(path)(target) : literalValue(named(name));
      },
    };
  });
}

/** In a group that repeats for each element, absolute paths lead to all of them: only this one's count. */
function isWithin({ selection: { at } }: Scope): (found: Selection) => boolean {
  return (found) => found.at.length === 0 || at.every((place, i) => i >= found.at.length || found.at[i] === place);
}

/** Each target's own element among the found ones: the one of the same place in the arrays they share. */
function paired(found: readonly Selection[], targets: readonly Selection[]): (target: Selection) => Value | null {
  const byPlace = new Map(found.map((selection) => [selection.at.join(), selection.value]));
  const depths = new Set(found.map((selection) => selection.at.length));
  const place = (target: Selection): string | undefined => {
    for (let depth = target.at.length; depth >= 0; depth--) {
      const key = target.at.slice(0, depth).join();
      if (byPlace.has(key)) return key;
    }
    return undefined;
  };
  const places = new Set(targets.map(place));
  const unused = [...byPlace.keys()].some((key) => !places.has(key));
  if (targets.length > 0 && (places.has(undefined) || (unused && !depths.has(0)))) {
    throw new ClearSigningError('length-mismatch', 'arrays that belong together differ in length');
  }
  return (target) => byPlace.get(place(target) ?? '') ?? null;
}

/** A map reference: the entry for what `keyPath` leads to. */
function lookUp(file: JsonObject, reference: JsonObject, follow: (path: string) => Value | null): unknown {
  const map = own(reference, 'map');
  const keyPath = own(reference, 'keyPath');
  const found = typeof map === 'string' && map.startsWith('$.') ? constantAt(file, map) : undefined;
  const values = isObject(found) ? own(found, 'values') : undefined;
  if (!isObject(values) || typeof keyPath !== 'string') {
    throw new ClearSigningError('descriptor-invalid', 'a reference to no map');
  }
  const key = follow(keyPath);
  const entry = key === null ? undefined : Object.entries(values).find(([name]) => equalsConstant(key, name));
  if (entry === undefined) throw new ClearSigningError('map-no-match', 'the map has no entry for this request');
  return constant(file, entry[1]);
}

/** Whether an address is one of a parameter's: one spelling or a list of them. */
export function isOneOf(address: Uint8Array, list: unknown): boolean {
  const all = Array.isArray(list) ? list : [list];
  return all.some((entry) => parseAddress(entry)?.every((byte, i) => byte === address[i]) ?? false);
}
