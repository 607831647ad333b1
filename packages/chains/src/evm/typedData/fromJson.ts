import { parseAddress } from '../address.ts';
import { fromHex } from '../bytes.ts';
import { fieldInvalid, IntentError } from '../errors.ts';
import { asFields, type Fields, fieldMissing } from '../fields.ts';
import { integerFromJson } from '../quantity.ts';
import { typedDataInvalid } from './errors.ts';
import { readTypedData, type TypedData } from './parse.ts';
import { type Form, inRange, ofLength, wellFormed } from './read.ts';
import { type TypedDataField, type TypedDataTypes, typesFromJson } from './types.ts';

/**
 * The carried form of an EIP-712 object `{ types, primaryType, domain, message }` as eth_signTypedData_v4, ethers and viem
 * take it. Where `types` has no EIP712Domain it is derived from the domain's fields. Values of the message that its types do
 * not name are not signed and left behind; of the domain they are refused, since wallets disagree. Throws IntentError.
 */
export function readTypedDataJson(json: unknown): TypedData {
  const fields = asFields(json);
  if (fields === null) throw fieldInvalid('typed data', 'a map');
  for (const key of ['types', 'primaryType', 'domain', 'message']) {
    if (!Object.hasOwn(fields, key) || fields[key] == null) throw fieldMissing(key);
  }
  const domain = asFields(fields.domain);
  if (domain === null) throw typedDataInvalid('domain', 'not a map');
  const present = Object.fromEntries(Object.entries(domain).filter(([, value]) => value != null));
  const types = withDomainType(typesFromJson(fields.types), present);
  const surplus = Object.keys(present).find((key) => !types.EIP712Domain?.some((member) => member.name === key));
  if (surplus !== undefined) throw typedDataInvalid(`domain.${surplus}`, 'not a member of EIP712Domain');
  return readTypedData(types, fields.primaryType, present, fields.message, json712);
}

/** The domain's fields in the order of EIP-712, "Definition of domainSeparator". */
const domainFields: readonly TypedDataField[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
];

function withDomainType(types: TypedDataTypes, domain: Fields): TypedDataTypes {
  if (Object.hasOwn(types, 'EIP712Domain')) return types;
  return { EIP712Domain: domainFields.filter((field) => Object.hasOwn(domain, field.name)), ...types };
}

const json712: Form = {
  surplus() {},
  atom(type, value, path) {
    switch (type.kind) {
      case 'uint':
      case 'int':
        return inRange(type, integer(value, path), path);
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
        return address(value, path);
    }
  },
};

function integer(value: unknown, path: string): bigint {
  const parsed = integerFromJson(value);
  if (parsed === null) throw typedDataInvalid(path, 'expected an integer: a number, decimal text or 0x hex');
  return parsed;
}

function bytes(value: unknown, path: string): Uint8Array {
  const parsed =
    typeof value === 'string' ? fromHex(value) : value instanceof Uint8Array ? new Uint8Array(value) : null;
  if (parsed === null) throw typedDataInvalid(path, 'expected bytes: 0x and two hex digits a byte');
  return parsed;
}

function address(value: unknown, path: string): Uint8Array {
  try {
    return parseAddress(value, path);
  } catch (error) {
    if (error instanceof IntentError && error.code === 'address-checksum') throw error;
    throw typedDataInvalid(path, 'expected an address: 0x and 40 hex digits');
  }
}
