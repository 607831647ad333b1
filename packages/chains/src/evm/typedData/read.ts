import { asFields } from '../fields.ts';
import { typedDataInvalid } from './errors.ts';
import type { AtomicType, FieldType, Schema } from './types.ts';

/**
 * A value in its carried form: integers are bigint; bytes, bytesN and addresses Uint8Array; structs maps with exactly the
 * members of their type.
 */
export type TypedDataValue = string | boolean | bigint | Uint8Array | readonly TypedDataValue[] | TypedDataStruct;
export interface TypedDataStruct {
  readonly [member: string]: TypedDataValue;
}
type Atom = string | boolean | bigint | Uint8Array;

/** How one form of typed data writes what the type leaves open. */
export interface Form {
  /** Throws where `value` is not of that type. */
  atom(type: AtomicType, value: unknown, path: string): Atom;
  /** A key of a struct's value that its type does not have. */
  surplus(path: string): void;
}

const maxDepth = 32;
const maxNodes = 20_000;

/**
 * Reads a struct's value as its type says. Throws IntentError `typed-data-invalid` for a value missing or null (wallets
 * disagree about its hash), of another type, or deeper than 32 levels or larger than 20,000 values.
 */
export function readStruct(schema: Schema, name: string, value: unknown, form: Form, path: string): TypedDataStruct {
  let nodes = 0;

  const read = (type: FieldType, value: unknown, path: string, depth: number): TypedDataValue => {
    nodes += 1;
    if (depth > maxDepth || nodes > maxNodes) {
      throw typedDataInvalid(path, `deeper than ${maxDepth} levels or more than ${maxNodes} values`);
    }
    switch (type.kind) {
      case 'array':
        return readArray(type, value, path, depth);
      case 'struct':
        return readMembers(type.name, value, path, depth);
      default:
        return form.atom(type, value, path);
    }
  };

  const readArray = (type: FieldType & { kind: 'array' }, value: unknown, path: string, depth: number) => {
    if (!Array.isArray(value)) throw typedDataInvalid(path, 'expected a list');
    if (type.length !== null && type.length !== value.length)
      throw typedDataInvalid(path, `expected ${type.length} items`);
    return Array.from(value, (item: unknown, index) => read(type.item, item, `${path}[${index}]`, depth + 1));
  };

  const readMembers = (name: string, value: unknown, path: string, depth: number): TypedDataStruct => {
    const given = asFields(value);
    if (given === null) throw typedDataInvalid(path, `expected a map, the struct ${name}`);
    const members = schema.get(name);
    if (members === undefined) throw typedDataInvalid(path, `no type ${name}`);
    const result = Object.fromEntries(
      members.map((member) => {
        const inner = `${path}.${member.name}`;
        if (!Object.hasOwn(given, member.name)) throw typedDataInvalid(inner, 'missing');
        return [member.name, read(member.parsed, given[member.name], inner, depth + 1)];
      }),
    );
    for (const key of Object.keys(given)) if (!Object.hasOwn(result, key)) form.surplus(`${path}.${key}`);
    return result;
  };

  return readMembers(name, value, path, 0);
}

/** Refuses an integer outside its type's range. */
export function inRange(type: { kind: 'uint' | 'int'; bits: number }, value: bigint, path: string): bigint {
  const wrapped = type.kind === 'uint' ? BigInt.asUintN(type.bits, value) : BigInt.asIntN(type.bits, value);
  if (wrapped !== value) throw typedDataInvalid(path, `out of range for ${type.kind}${type.bits}`);
  return value;
}

/** Refuses bytes of another length than bytesN says. */
export function ofLength(type: { length: number }, value: Uint8Array, path: string): Uint8Array {
  if (value.length !== type.length) throw typedDataInvalid(path, `expected ${type.length} bytes`);
  return value;
}

/** Refuses text that UTF-8 cannot carry: it would be hashed as other text than was shown. */
export function wellFormed(value: unknown, path: string): string {
  if (typeof value !== 'string') throw typedDataInvalid(path, 'expected text');
  if (!value.isWellFormed()) throw typedDataInvalid(path, 'text with a lone surrogate');
  return value;
}
