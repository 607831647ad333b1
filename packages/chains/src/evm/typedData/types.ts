import { asFields } from '../fields.ts';
import { typedDataInvalid } from './errors.ts';

/** One member of a struct, as EIP-712 writes it: `{ name: 'amount', type: 'uint256' }`. */
export interface TypedDataField {
  readonly name: string;
  readonly type: string;
}

/** Struct types by name. */
export type TypedDataTypes = Readonly<Record<string, readonly TypedDataField[]>>;

export type AtomicType =
  | { readonly kind: 'uint' | 'int'; readonly bits: number }
  | { readonly kind: 'fixed-bytes'; readonly length: number }
  | { readonly kind: 'bytes' | 'string' | 'bool' | 'address' };

/** A field's type, taken apart. `length` null is a dynamic array. */
export type FieldType =
  | AtomicType
  | { readonly kind: 'array'; readonly item: FieldType; readonly length: number | null }
  | { readonly kind: 'struct'; readonly name: string };

interface CompiledField extends TypedDataField {
  readonly parsed: FieldType;
}

/** Checked types: every reference in them resolves. */
export type Schema = ReadonlyMap<string, readonly CompiledField[]>;

const maxTypes = 256;
const maxFields = 2_048;
/** Characters of all type strings together, were every type to name every other. */
const maxTypeText = 4_194_304;

/**
 * Checks the types of typed data, used ones and unused alike. Refused is what wallets hash differently or read differently:
 * bare `int` and `uint`, a struct named like a built-in type, two members of one name, names that could forge a type string.
 * Throws IntentError `typed-data-invalid`, also above 256 types or 2,048 members, or where hashing the types could take long.
 */
export function compileTypes(types: TypedDataTypes): Schema {
  const names = Object.keys(types);
  const count = Object.values(types).reduce((sum, fields) => sum + fields.length, 0);
  if (names.length > maxTypes || count > maxFields) {
    throw typedDataInvalid('types', `more than ${maxTypes} types or ${maxFields} members`);
  }
  const text = Object.entries(types).reduce((sum, [name, fields]) => sum + textLength(name, fields), 0);
  if (text * names.length > maxTypeText) throw typedDataInvalid('types', 'too large together');
  for (const name of names) if (!isStructName(name)) throw typedDataInvalid(`types.${name}`, 'not a name for a struct');
  const isStruct = (name: string) => Object.hasOwn(types, name);
  return new Map(Object.entries(types).map(([name, fields]) => [name, compileStruct(name, fields, isStruct)]));
}

function textLength(struct: string, fields: readonly TypedDataField[]): number {
  return fields.reduce((sum, { name, type }) => sum + name.length + type.length + 2, struct.length + 2);
}

function compileStruct(struct: string, fields: readonly TypedDataField[], isStruct: (name: string) => boolean) {
  const seen = new Set<string>();
  return fields.map(({ name, type }) => {
    const path = `types.${struct}.${name}`;
    if (!isFieldName(name)) throw typedDataInvalid(path, 'not a name for a member');
    if (seen.has(name)) throw typedDataInvalid(path, 'two members of one name');
    seen.add(name);
    const parsed = parseType(type, isStruct);
    if (parsed === null) throw typedDataInvalid(path, 'of an unknown type');
    return { name, type, parsed };
  });
}

/** `null` where `type` is neither built in nor a struct of these types. */
function parseType(type: string, isStruct: (name: string) => boolean): FieldType | null {
  const bracket = type.indexOf('[');
  const base = bracket === -1 ? type : type.slice(0, bracket);
  const suffix = type.slice(base.length);
  if (type.length > 512 || !/^(?:\[(?:0|[1-9]\d{0,8})?\])*$/.test(suffix)) return null;
  const inner: FieldType | null = parseAtomic(base) ?? (isStruct(base) ? { kind: 'struct', name: base } : null);
  if (inner === null) return null;
  return Array.from(suffix.matchAll(/\[(\d*)\]/g)).reduce<FieldType>(
    (item, [, length]) => ({ kind: 'array', item, length: length ? Number(length) : null }),
    inner,
  );
}

function parseAtomic(type: string): AtomicType | null {
  if (type === 'bytes' || type === 'string' || type === 'bool' || type === 'address') return { kind: type };
  const [, kind, digits] = /^(u?int|bytes)([1-9]\d{0,2})$/.exec(type) ?? [];
  const size = Number(digits);
  if (kind === 'bytes') return size <= 32 ? { kind: 'fixed-bytes', length: size } : null;
  return (kind === 'uint' || kind === 'int') && size % 8 === 0 && size <= 256 ? { kind, bits: size } : null;
}

function isStructName(name: string): boolean {
  return (
    /^[A-Za-z0-9_$:]+$/.test(name) && name !== '__proto__' && !/^(?:address|bool|string|(?:u?int|bytes)\d*)$/.test(name)
  );
}

/** Wider than Solidity's identifiers, as dApps are; but nothing that could look like another member in the type string. */
function isFieldName(name: string): boolean {
  return name !== '' && name !== '__proto__' && !/[\s,()[\]\p{C}]/u.test(name);
}

/** The carried form of `types`: exactly `{ name, type }` a member. Throws IntentError `typed-data-invalid`. */
export function parseTypes(value: unknown): TypedDataTypes {
  return readTypes(value, (field, path) => {
    if (Object.keys(field).length !== 2) throw typedDataInvalid(path, 'has more than a name and a type');
  });
}

/** `types` as JSON has them: what else stands beside a member's name and type is not signed and left behind. */
export function typesFromJson(value: unknown): TypedDataTypes {
  return readTypes(value, () => {});
}

function readTypes(value: unknown, visit: (field: object, path: string) => void): TypedDataTypes {
  const types = asFields(value);
  if (types === null) throw typedDataInvalid('types', 'not a map');
  return Object.fromEntries(
    Object.entries(types).map(([struct, fields]) => [struct, readFields(struct, fields, visit)]),
  );
}

function readFields(struct: string, fields: unknown, visit: (field: object, path: string) => void): TypedDataField[] {
  if (!Array.isArray(fields)) throw typedDataInvalid(`types.${struct}`, 'not a list');
  return Array.from(fields, (item: unknown, index) => {
    const path = `types.${struct}[${index}]`;
    const field = asFields(item);
    const name = field !== null && Object.hasOwn(field, 'name') ? field.name : undefined;
    const type = field !== null && Object.hasOwn(field, 'type') ? field.type : undefined;
    if (field === null || typeof name !== 'string' || typeof type !== 'string') {
      throw typedDataInvalid(path, 'not a member with a name and a type');
    }
    visit(field, path);
    return { name, type };
  });
}
