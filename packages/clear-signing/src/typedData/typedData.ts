import { integerOf, type Value } from '../abi/value.ts';
import { type Hex, toHex } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { isObject, own } from '../json.ts';
import { limits } from '../limits.ts';
import { hashStruct } from './hash.ts';
import { encodeType, parseStructTypes, type StructTypes, structType } from './types.ts';
import { readTyped } from './value.ts';

/** EIP-712 data as a dApp hands it over; nothing of it is believed before it is parsed. */
export interface TypedDataInput {
  types: unknown;
  primaryType: unknown;
  domain: unknown;
  message: unknown;
}

/** Typed data that follows its own types. */
export interface TypedData {
  /** `encodeType` of the primary type: what a `display.formats` key has to equal. */
  encodedType: string;
  message: Map<string, Value>;
  /** The domain's members that are signed. */
  domain: Map<string, Value>;
  domainSeparator: Hex;
  /** Decimal; null where the domain names none. */
  chainId: number | null;
  verifyingContract: Uint8Array | null;
}

/** The domain's members in EIP-712's order, for data that leaves `EIP712Domain` out of its types. */
const standardDomain = [
  ['name', 'string'],
  ['version', 'string'],
  ['chainId', 'uint256'],
  ['verifyingContract', 'address'],
  ['salt', 'bytes32'],
] as const;

/**
 * Reads EIP-712 data by its own types.
 *
 * @throws ClearSigningError `typed-data-malformed`, `too-large`
 */
export function parseTypedData(input: TypedDataInput): TypedData {
  if (sizeOf(input) > limits.dataBytes) throw new ClearSigningError('too-large', 'a message too large');
  const types = parseStructTypes(input.types);
  if (typeof input.primaryType !== 'string' || !isObject(input.domain)) throw malformed('no primaryType or no domain');
  const encodedType = encodeType(types, input.primaryType);
  const message = readTyped(structType(types, input.primaryType), input.message);
  const { domain, domainSeparator } = readDomain(types, input.domain);
  if (message.kind !== 'tuple') throw malformed('a primaryType that is no struct');
  const chainId = domain.get('chainId');
  const contract = domain.get('verifyingContract');
  return {
    encodedType,
    message: message.members,
    domain,
    domainSeparator,
    chainId: chainId === undefined ? null : Number(integerOf(chainId) ?? -1n),
    verifyingContract: contract?.kind === 'address' ? contract.value : null,
  };
}

function readDomain(
  types: StructTypes,
  json: { readonly [key: string]: unknown },
): { domain: Map<string, Value>; domainSeparator: Hex } {
  const members =
    types.get('EIP712Domain') ??
    standardDomain.filter(([name]) => own(json, name) !== undefined).map(([name, type]) => ({ name, type }));
  const own712: StructTypes = new Map([...types, ['EIP712Domain', members]]);
  const type = structType(own712, 'EIP712Domain');
  const value = readTyped(type, json);
  if (type.kind !== 'tuple' || value.kind !== 'tuple') throw malformed('no domain');
  return { domain: value.members, domainSeparator: toHex(hashStruct(own712, type, value)) };
}

function sizeOf(json: unknown): number {
  try {
    return JSON.stringify(json).length;
  } catch {
    throw malformed('no JSON');
  }
}

function malformed(message: string): ClearSigningError {
  return new ClearSigningError('typed-data-malformed', message);
}
