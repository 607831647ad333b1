import { type AbiType, elementaryType, withArrays } from '../abi/types.ts';
import { ClearSigningError } from '../errors.ts';
import { isObject, own } from '../json.ts';
import { limits } from '../limits.ts';

/** EIP-712's `types`: the members of each struct, in order. */
export type StructTypes = ReadonlyMap<string, readonly { name: string; type: string }[]>;

/**
 * Checks the shape of EIP-712 `types`.
 *
 * @throws ClearSigningError `typed-data-malformed`
 */
export function parseStructTypes(types: unknown): StructTypes {
  if (!isObject(types)) throw malformed('no types');
  const structs = new Map<string, { name: string; type: string }[]>();
  for (const [struct, members] of Object.entries(types)) {
    if (!Array.isArray(members)) throw malformed('a struct without members');
    const parsed = members.map(parseMember);
    // Of two members of one name, only one value could be shown, and both be signed.
    if (new Set(parsed.map((member) => member.name)).size < parsed.length) throw malformed('two members of one name');
    structs.set(struct, parsed);
  }
  return structs;
}

function parseMember(member: unknown): { name: string; type: string } {
  const name = isObject(member) ? own(member, 'name') : undefined;
  const type = isObject(member) ? own(member, 'type') : undefined;
  if (typeof name !== 'string' || typeof type !== 'string') throw malformed('a member without name and type');
  return { name, type };
}

/**
 * EIP-712 `encodeType`: the primary struct, then every struct it refers to, sorted by name.
 *
 * @throws ClearSigningError `typed-data-malformed` where a struct is missing
 */
export function encodeType(types: StructTypes, primary: string): string {
  const found = new Set<string>();
  const visit = (struct: string): void => {
    if (found.has(struct)) return;
    found.add(struct);
    for (const member of structOf(types, struct)) {
      const base = baseOf(member.type);
      if (types.has(base)) visit(base);
    }
  };
  visit(primary);
  found.delete(primary);
  const spell = (struct: string): string =>
    `${struct}(${structOf(types, struct)
      .map((member) => `${member.type} ${member.name}`)
      .join(',')})`;
  return [primary, ...[...found].sort()].map(spell).join('');
}

/**
 * A type's name as an AbiType, structs as tuples that carry their name.
 *
 * @throws ClearSigningError `typed-data-malformed`, `too-large` for structs that contain themselves
 */
export function structType(types: StructTypes, name: string, depth = 0): AbiType {
  // EIP-712 allows structs that contain themselves. No wallet could lay one out as a fixed list of fields.
  if (depth > limits.depth) throw new ClearSigningError('too-large', 'structs nested too deeply');
  const base = baseOf(name);
  const suffixes = name.slice(base.length);
  if (!/^(\[[0-9]*\])*$/.test(suffixes)) throw malformed('not a type');
  const elementary = types.has(base) ? null : elementaryType(base);
  const inner: AbiType = elementary ?? {
    kind: 'tuple',
    name: base,
    members: structOf(types, base).map((member) => ({
      name: member.name,
      type: structType(types, member.type, depth + 1),
    })),
  };
  return withArrays(inner, suffixes);
}

function structOf(types: StructTypes, name: string): readonly { name: string; type: string }[] {
  const members = types.get(name);
  if (members === undefined) throw malformed(`no type ${name.slice(0, 60)}`);
  return members;
}

function baseOf(type: string): string {
  const bracket = type.indexOf('[');
  return bracket === -1 ? type : type.slice(0, bracket);
}

function malformed(message: string): ClearSigningError {
  return new ClearSigningError('typed-data-malformed', message);
}
