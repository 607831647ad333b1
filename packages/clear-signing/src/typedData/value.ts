import type { AbiType } from '../abi/types.ts';
import { parseInteger, type Value } from '../abi/value.ts';
import { fromHex, parseAddress } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { isObject, own } from '../json.ts';

/**
 * Reads a typed message's JSON by its types into the same values that calldata decodes into. What is not in the types is
 * not signed, so it can't be reached by any path either.
 *
 * @throws ClearSigningError `typed-data-malformed`
 */
export function readTyped(type: AbiType, json: unknown): Value {
  switch (type.kind) {
    case 'tuple': {
      if (!isObject(json)) throw malformed(`not a ${type.name}`);
      const members = new Map<string, Value>();
      for (const member of type.members) members.set(member.name, readTyped(member.type, own(json, member.name)));
      return { kind: 'tuple', members };
    }
    case 'array': {
      if (!Array.isArray(json) || (type.length !== null && json.length !== type.length))
        throw malformed('not an array');
      return { kind: 'array', items: json.map((item) => readTyped(type.item, item)) };
    }
    case 'string':
      if (typeof json !== 'string') throw malformed('not a string');
      return { kind: 'string', value: json };
    case 'bool':
      if (typeof json !== 'boolean') throw malformed('not a boolean');
      return { kind: 'bool', value: json };
    case 'address': {
      const value = parseAddress(json);
      if (value === null) throw malformed('not an address');
      return { kind: 'address', value };
    }
    case 'bytes': {
      const value = typeof json === 'string' ? fromHex(json) : null;
      if (value === null || (type.size !== null && value.length !== type.size))
        throw malformed('not bytes of its type');
      return { kind: 'bytes', value };
    }
    default: {
      const value = parseInteger(json);
      const fits =
        value !== null && (type.kind === 'int' ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value));
      if (value === null || fits !== value) throw malformed(`not a number of ${type.kind}${type.bits}`);
      return { kind: type.kind, bits: type.bits, value };
    }
  }
}

function malformed(message: string): ClearSigningError {
  return new ClearSigningError('typed-data-malformed', message);
}
