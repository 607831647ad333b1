import { keccak_256 } from '@noble/hashes/sha3.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, word } from '../bytes.ts';
import { asFields } from '../fields.ts';
import { typedDataInvalid } from './errors.ts';
import type { TypedData } from './parse.ts';
import type { TypedDataValue } from './read.ts';
import { compileTypes, type FieldType, type Schema } from './types.ts';

const version = Uint8Array.of(0x19, 0x01);

/** keccak256(0x19 01 || domainSeparator || hashStruct(message)), 32 bytes (EIP-712). `typedData` as parsed. */
export function typedDataDigest(typedData: TypedData): Uint8Array {
  const schema = compileTypes(typedData.types);
  const typeHash = typeHasher(schema);

  const hashStruct = (name: string, value: TypedDataValue): Uint8Array => {
    const members = schema.get(name);
    const data = asFields(value);
    if (members === undefined || data === null) throw typedDataInvalid(name, 'not parsed typed data');
    const encoded = members.map((member) => encode(member.parsed, data[member.name] as TypedDataValue));
    return keccak_256(concat(typeHash(name), ...encoded));
  };

  const encode = (type: FieldType, value: TypedDataValue): Uint8Array => {
    if (type.kind === 'struct') return hashStruct(type.name, value);
    if (type.kind === 'array' && Array.isArray(value)) {
      return keccak_256(concat(...value.map((item: TypedDataValue) => encode(type.item, item))));
    }
    return encodeAtom(type, value);
  };

  return keccak_256(
    concat(version, hashStruct('EIP712Domain', typedData.domain), hashStruct(typedData.primaryType, typedData.message)),
  );
}

/** One 32-byte word of encodeData: integers and addresses on the right, bytesN on the left, the unbounded hashed. */
function encodeAtom(type: FieldType, value: TypedDataValue): Uint8Array {
  if (typeof value === 'bigint') return word(value);
  if (typeof value === 'boolean') return word(value ? 1n : 0n);
  if (typeof value === 'string') return keccak_256(utf8ToBytes(value));
  if (!(value instanceof Uint8Array)) throw typedDataInvalid(type.kind, 'not parsed typed data');
  if (type.kind === 'bytes') return keccak_256(value);
  const out = new Uint8Array(32);
  out.set(value, type.kind === 'address' ? 12 : 0);
  return out;
}

/** typeHash by struct name, each computed once. */
function typeHasher(schema: Schema): (name: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  return (name) => {
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    const hash = keccak_256(utf8ToBytes(encodeType(schema, name)));
    known.set(name, hash);
    return hash;
  };
}

/** `Mail(Person from,Person to,string contents)Person(string name,address wallet)` (EIP-712, encodeType). */
function encodeType(schema: Schema, name: string): string {
  const found = new Set([name]);
  // A Set's iteration reaches what is added on the way, so this walks the references to their end, in circles too.
  for (const struct of found) for (const member of schema.get(struct) ?? []) addReference(found, member.parsed);
  found.delete(name);
  return [name, ...[...found].sort()]
    .map(
      (struct) => `${struct}(${(schema.get(struct) ?? []).map((member) => `${member.type} ${member.name}`).join(',')})`,
    )
    .join('');
}

function addReference(found: Set<string>, type: FieldType): void {
  if (type.kind === 'array') addReference(found, type.item);
  else if (type.kind === 'struct') found.add(type.name);
}
