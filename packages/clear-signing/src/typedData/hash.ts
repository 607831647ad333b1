import type { AbiType } from '../abi/types.ts';
import { bytesOf, type Value } from '../abi/value.ts';
import { concat, fromBigInt, keccak, keccakText } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { encodeType, type StructTypes } from './types.ts';

/** EIP-712 `hashStruct`, 32 bytes. `type` and `value` belong together, as structType and readTyped make them. */
export function hashStruct(types: StructTypes, type: Extract<AbiType, { kind: 'tuple' }>, value: Value): Uint8Array {
  if (value.kind !== 'tuple') throw mismatch();
  const encoded = type.members.map((member) => {
    const inner = value.members.get(member.name);
    if (inner === undefined) throw mismatch();
    return encodeData(types, member.type, inner);
  });
  return keccak(concat([keccakText(encodeType(types, type.name)), ...encoded]));
}

function encodeData(types: StructTypes, type: AbiType, value: Value): Uint8Array {
  if (type.kind === 'tuple') return hashStruct(types, type, value);
  if (type.kind === 'array') {
    if (value.kind !== 'array') throw mismatch();
    return keccak(concat(value.items.map((item) => encodeData(types, type.item, item))));
  }
  if (value.kind === 'uint' || value.kind === 'int') return fromBigInt(value.value, 32);
  if (value.kind === 'bool') return fromBigInt(value.value ? 1n : 0n, 32);
  const bytes = bytesOf(value);
  if (bytes === null) throw mismatch();
  if (type.kind === 'string' || (type.kind === 'bytes' && type.size === null)) return keccak(bytes);
  const padded = new Uint8Array(32);
  padded.set(bytes, type.kind === 'address' ? 12 : 0);
  return padded;
}

function mismatch(): ClearSigningError {
  return new ClearSigningError('typed-data-malformed', 'a value that is not of its type');
}
