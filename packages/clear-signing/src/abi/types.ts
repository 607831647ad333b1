import { ClearSigningError } from '../errors.ts';
import { limits } from '../limits.ts';

/** A Solidity type. `length` null: dynamic. */
export type AbiType =
  | { kind: 'uint' | 'int'; bits: number }
  | { kind: 'bool' }
  | { kind: 'address' }
  | { kind: 'string' }
  | { kind: 'bytes'; size: number | null }
  | { kind: 'array'; item: AbiType; length: number | null }
  | { kind: 'tuple'; name: string; members: Member[] };

/** A parameter of a function, or a member of a struct. Names may be empty. */
export interface Member {
  name: string;
  type: AbiType;
}

/** `uint256`, `bytes`, `address`...; null for what is no elementary type. Aliases (`uint`) are none, as the specification asks. */
export function elementaryType(text: string): AbiType | null {
  if (text === 'bool' || text === 'address' || text === 'string') return { kind: text };
  if (text === 'bytes') return { kind: 'bytes', size: null };
  const sized = /^(uint|int|bytes)([1-9][0-9]{0,2})$/.exec(text);
  if (sized === null) return null;
  const width = Number(sized[2]);
  if (sized[1] === 'bytes') return width <= 32 ? { kind: 'bytes', size: width } : null;
  if (width % 8 !== 0 || width > 256) return null;
  return { kind: sized[1] === 'int' ? 'int' : 'uint', bits: width };
}

/** Wraps a type by suffixes such as `[][3]`, innermost first. */
export function withArrays(type: AbiType, suffixes: string): AbiType {
  let wrapped = type;
  const all = suffixes.match(/\[[0-9]*\]/g) ?? [];
  if (all.length > limits.depth) throw new ClearSigningError('too-large', 'arrays nested too deeply');
  for (const suffix of all) {
    const length = suffix === '[]' ? null : Number(suffix.slice(1, -1));
    // Arrays of no element take no room in the data, so data could ask for endlessly many of them.
    if (length === 0 || (length !== null && length > limits.dataBytes / 32)) {
      throw new ClearSigningError('descriptor-invalid', 'a fixed array of no or too many elements');
    }
    wrapped = { kind: 'array', item: wrapped, length };
  }
  return wrapped;
}

/** The type's canonical spelling: tuples by their members, no names. */
export function canonical(type: AbiType): string {
  switch (type.kind) {
    case 'uint':
    case 'int':
      return `${type.kind}${type.bits}`;
    case 'bytes':
      return `bytes${type.size ?? ''}`;
    case 'array':
      return `${canonical(type.item)}[${type.length ?? ''}]`;
    case 'tuple':
      return `(${type.members.map((member) => canonical(member.type)).join(',')})`;
    default:
      return type.kind;
  }
}
