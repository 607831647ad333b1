import { checksumAddress, fromBigInt, parseAddress, toBigInt, toHex } from '../bytes.ts';

/** A decoded value. `bits` and `size` are those of its type; `bytes` of a slice have `size` null. */
export type Value =
  | { kind: 'uint' | 'int'; bits: number; value: bigint }
  | { kind: 'bool'; value: boolean }
  | { kind: 'address'; value: Uint8Array }
  | { kind: 'string'; value: string }
  | { kind: 'bytes'; value: Uint8Array }
  | { kind: 'array'; items: Value[] }
  | { kind: 'tuple'; members: Map<string, Value> };

/** The value in its natural representation (format `raw`); a struct's members by name. */
export function rawText(value: Value): string {
  switch (value.kind) {
    case 'uint':
    case 'int':
    case 'bool':
      return value.value.toString();
    case 'string':
      return value.value;
    case 'address':
      return checksumAddress(value.value);
    case 'bytes':
      return toHex(value.value);
    case 'array':
      return `[${value.items.map(rawText).join(', ')}]`;
    case 'tuple':
      return `(${[...value.members].map(([name, member]) => `${name}: ${rawText(member)}`).join(', ')})`;
  }
}

/** The bytes that a slice selects from: an integer's and a word's big-endian, a string's UTF-8; null where there are none. */
export function bytesOf(value: Value): Uint8Array | null {
  switch (value.kind) {
    case 'uint':
    case 'int':
      return fromBigInt(value.value, value.bits / 8);
    case 'string':
      return new TextEncoder().encode(value.value);
    case 'address':
    case 'bytes':
      return value.value;
    default:
      return null;
  }
}

/** As an integer: bytes count as big-endian unsigned; null for what is no number. */
export function integerOf(value: Value): bigint | null {
  if (value.kind === 'uint' || value.kind === 'int') return value.value;
  if (value.kind === 'bytes' && value.value.length > 0 && value.value.length <= 32) return toBigInt(value.value);
  return null;
}

/**
 * As the 20 bytes of an address: of an integer or of bytes32 the last 20, which is how contracts read packed addresses
 * (the rest are flags); of a string its spelling; null for anything else.
 */
export function addressOf(value: Value): Uint8Array | null {
  if (value.kind === 'address') return value.value;
  if (value.kind === 'string') return parseAddress(value.value);
  if (value.kind === 'uint' && value.bits >= 160) return fromBigInt(value.value, 32).subarray(12);
  if (value.kind === 'bytes' && (value.value.length === 20 || value.value.length === 32)) return value.value.slice(-20);
  return null;
}

/**
 * Whether a decoded value equals a constant of a descriptor (visibility rules, map keys, enum keys): numbers by number,
 * whether written in decimal or hexadecimal; hexadecimal and booleans in any case; strings exactly.
 */
export function equalsConstant(value: Value, constant: unknown): boolean {
  if (value.kind === 'string') return value.value === constant;
  const written = String(constant).toLowerCase();
  if (value.kind === 'bool') return written === String(value.value) || written === (value.value ? '1' : '0');
  const number = parseInteger(constant);
  const integer = value.kind === 'address' ? toBigInt(value.value) : integerOf(value);
  if (value.kind === 'uint' || value.kind === 'int') return number !== null && number === integer;
  if (rawText(value).toLowerCase() === written) return true;
  // Bytes against a bare number: `0` is how descriptors say "empty" or "all zero".
  if (value.kind === 'bytes' && value.value.length === 0) return number === 0n;
  return typeof constant === 'number' && number === integer;
}

/** A JSON number, or its decimal or hexadecimal spelling; null for anything else. */
export function parseInteger(text: unknown): bigint | null {
  if (typeof text === 'number') return Number.isSafeInteger(text) ? BigInt(text) : null;
  if (typeof text === 'bigint') return text;
  if (typeof text !== 'string' || text.length > 80) return null;
  if (/^-?[0-9]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return BigInt(text);
  return null;
}
