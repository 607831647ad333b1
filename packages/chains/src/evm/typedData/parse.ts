import { exactFields } from '../fields.ts';
import { typedDataInvalid } from './errors.ts';
import { type Form, inRange, ofLength, readStruct, type TypedDataStruct, wellFormed } from './read.ts';
import { compileTypes, parseTypes, type TypedDataTypes } from './types.ts';

/** EIP-712 typed data in its carried form: exactly what is signed, `EIP712Domain` always among the types. */
export interface TypedData {
  readonly types: TypedDataTypes;
  readonly primaryType: string;
  readonly domain: TypedDataStruct;
  readonly message: TypedDataStruct;
}

/** Strict parser of the carried form. Throws IntentError; `typed-data-invalid` names the place. */
export function parseTypedData(value: unknown, path = 'typedData'): TypedData {
  const fields = exactFields(value, ['types', 'primaryType', 'domain', 'message'], path);
  return readTypedData(parseTypes(fields.types), fields.primaryType, fields.domain, fields.message, carried);
}

/** Domain and message as the types say, in either form. */
export function readTypedData(
  types: TypedDataTypes,
  primaryType: unknown,
  domain: unknown,
  message: unknown,
  form: Form,
): TypedData {
  const schema = compileTypes(types);
  if (!schema.has('EIP712Domain')) throw typedDataInvalid('types.EIP712Domain', 'missing');
  // Signing the domain alone would be a signature that means whatever that contract takes it for.
  if (typeof primaryType !== 'string' || primaryType === 'EIP712Domain' || !schema.has(primaryType)) {
    throw typedDataInvalid('primaryType', 'expected the name of one of the types, not EIP712Domain');
  }
  return {
    types,
    primaryType,
    domain: readStruct(schema, 'EIP712Domain', domain, form, 'domain'),
    message: readStruct(schema, primaryType, message, form, 'message'),
  };
}

const carried: Form = {
  surplus(path) {
    throw typedDataInvalid(path, 'not a member of its type, and so not signed');
  },
  atom(type, value, path) {
    switch (type.kind) {
      case 'uint':
      case 'int':
        if (typeof value !== 'bigint') throw typedDataInvalid(path, 'expected an integer (bigint)');
        return inRange(type, value, path);
      case 'bool':
        if (typeof value !== 'boolean') throw typedDataInvalid(path, 'expected true or false');
        return value;
      case 'string':
        return wellFormed(value, path);
      case 'bytes':
        return bytes(value, path);
      case 'fixed-bytes':
        return ofLength(type, bytes(value, path), path);
      case 'address':
        return ofLength({ length: 20 }, bytes(value, path), path);
    }
  },
};

function bytes(value: unknown, path: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw typedDataInvalid(path, 'expected bytes');
  return new Uint8Array(value);
}
