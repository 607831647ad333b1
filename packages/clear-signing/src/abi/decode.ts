import { toBigInt } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { AbiType, Member } from './types.ts';
import type { Value } from './value.ts';

const word = 32;

/**
 * Decodes the arguments of a call (Solidity ABI). Written here rather than taken from a library because a wallet must be
 * stricter than a program that trusts its data: every value has to be in its type's range with clean padding, every
 * string valid UTF-8, and the whole costs no more than a small multiple of the data's own length, however the offsets
 * point at one another. Offsets may point anywhere inside the data, and bytes after the arguments are left alone, as the
 * contracts themselves do.
 *
 * @param data the calldata after its selector
 * @throws ClearSigningError `calldata-malformed`, `too-large`
 */
export function decodeArguments(inputs: readonly Member[], data: Uint8Array): Map<string, Value> {
  if (data.length > limits.dataBytes) throw new ClearSigningError('too-large', 'more calldata than any node accepts');
  const reader = new Reader(data);
  return members(reader, inputs, 0);
}

/** Hands out bytes within bounds and counts them: offsets that share data could otherwise unfold into exponentially much. */
class Reader {
  readonly #data: Uint8Array;
  #budget: number;

  constructor(data: Uint8Array) {
    this.#data = data;
    // Static arrays inside one another are checked once for each level.
    this.#budget = (limits.depth + 4) * data.length + 4096;
  }

  bytes(at: number, length: number): Uint8Array {
    if (at + length > this.#data.length) throw malformed('data ends too early');
    this.#budget -= Math.max(length, word);
    if (this.#budget < 0) throw new ClearSigningError('too-large', 'calldata refers to the same bytes over and over');
    return this.#data.subarray(at, at + length);
  }

  /** An offset or length. Beyond the data there is nothing, so more than that is refused before it becomes a number. */
  size(at: number): number {
    const value = toBigInt(this.bytes(at, word));
    if (value > BigInt(this.#data.length)) throw malformed('an offset or length beyond the data');
    return Number(value);
  }
}

function members(reader: Reader, list: readonly Member[], base: number): Map<string, Value> {
  const values = sequence(
    reader,
    list.map((member) => member.type),
    base,
  );
  const named = new Map<string, Value>();
  for (const [i, value] of values.entries()) named.set(list[i]?.name || String(i), value);
  return named;
}

/** Values one after the other: static ones in place, dynamic ones behind an offset that counts from `base`. */
function sequence(reader: Reader, types: readonly AbiType[], base: number): Value[] {
  const values: Value[] = [];
  let at = base;
  for (const type of types) {
    values.push(decode(reader, type, isDynamic(type) ? base + reader.size(at) : at));
    at += headSize(type);
  }
  return values;
}

function decode(reader: Reader, type: AbiType, at: number): Value {
  switch (type.kind) {
    case 'tuple':
      return { kind: 'tuple', members: members(reader, type.members, at) };
    case 'array': {
      const length = type.length ?? reader.size(at);
      const start = type.length === null ? at + word : at;
      // Read as a whole first: a length that the data can't hold costs nothing.
      reader.bytes(start, length * headSize(type.item));
      return { kind: 'array', items: sequence(reader, Array<AbiType>(length).fill(type.item), start) };
    }
    case 'string':
      return { kind: 'string', value: utf8(reader.bytes(at + word, reader.size(at))) };
    case 'bytes':
      if (type.size === null) return { kind: 'bytes', value: reader.bytes(at + word, reader.size(at)) };
      return { kind: 'bytes', value: leftAligned(reader.bytes(at, word), type.size) };
    default:
      return elementary(type, reader.bytes(at, word));
  }
}

function elementary(type: Extract<AbiType, { kind: 'uint' | 'int' | 'bool' | 'address' }>, bytes: Uint8Array): Value {
  const unsigned = toBigInt(bytes);
  if (type.kind === 'address') {
    if (unsigned >> 160n !== 0n) throw malformed('an address of more than 20 bytes');
    return { kind: 'address', value: bytes.slice(12) };
  }
  if (type.kind === 'bool') {
    if (unsigned > 1n) throw malformed('a boolean that is neither 0 nor 1');
    return { kind: 'bool', value: unsigned === 1n };
  }
  const value = type.kind === 'int' ? BigInt.asIntN(256, unsigned) : unsigned;
  const fits = type.kind === 'int' ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
  if (fits !== value) throw malformed(`a number outside ${type.kind}${type.bits}`);
  return { kind: type.kind, bits: type.bits, value };
}

function leftAligned(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.subarray(size).some((byte) => byte !== 0)) throw malformed(`more than bytes${size}`);
  return bytes.subarray(0, size);
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('a string that is not UTF-8');
  }
}

function isDynamic(type: AbiType): boolean {
  switch (type.kind) {
    case 'string':
      return true;
    case 'bytes':
      return type.size === null;
    case 'array':
      return type.length === null || isDynamic(type.item);
    case 'tuple':
      return type.members.some((member) => isDynamic(member.type));
    default:
      return false;
  }
}

function headSize(type: AbiType): number {
  if (isDynamic(type)) return word;
  if (type.kind === 'array') return (type.length ?? 0) * headSize(type.item);
  if (type.kind === 'tuple') return type.members.reduce((sum, member) => sum + headSize(member.type), 0);
  return word;
}

function malformed(message: string): ClearSigningError {
  return new ClearSigningError('calldata-malformed', message);
}
