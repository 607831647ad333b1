import { decode as cborDecode, encode as cborEncode, Token, Type } from 'cborg';
import * as v from 'valibot';
import { ProtocolError } from './errors.ts';

/** Turns a message into its exact bytes and back. */
export interface Codec<T> {
  readonly name: string;
  readonly schema: v.GenericSchema<unknown, T>;
  /** Deterministic CBOR (RFC 8949, 4.2.1). Throws ProtocolError `malformed` for a value outside the schema. */
  encode(value: T): Uint8Array;
  /**
   * Strict: no duplicate keys, indefinite lengths, tags, NaN or infinities, nothing behind the end; then the schema. The order of
   * keys is free: what is hashed or signed is the bytes that came, never a re-encoding.
   * Throws ProtocolError `malformed`, naming the field.
   */
  decode(bytes: Uint8Array): T;
}

const strict = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
} as const;

/** A message's codec: its name in errors and in the API description, and its schema. */
export function codec<const S extends v.GenericSchema<unknown, unknown>>(
  name: string,
  schema: S,
): Codec<v.InferOutput<S>> {
  const check = checked(name, schema);
  return {
    name,
    schema: schema as v.GenericSchema<unknown, v.InferOutput<S>>,
    encode: (value) => cborEncode(check(value), { ignoreUndefinedProperties: true }),
    decode: (bytes) => check(decodeStrict(name, bytes, strict)),
  };
}

/**
 * As {@link codec}, in JSON (RFC 8259): for what a dApp's page reads and writes with nothing but the browser at hand. Nothing that
 * travels like this is ever signed or hashed.
 */
export function jsonCodec<const S extends v.GenericSchema<unknown, unknown>>(
  name: string,
  schema: S,
): Codec<v.InferOutput<S>> & { readonly mediaType: 'application/json' } {
  const check = checked(name, schema);
  return {
    name,
    schema: schema as v.GenericSchema<unknown, v.InferOutput<S>>,
    mediaType: 'application/json',
    encode: (value) => new TextEncoder().encode(JSON.stringify(check(value))),
    decode: (bytes) => check(parseJson(name, bytes)),
  };
}

function checked<S extends v.GenericSchema<unknown, unknown>>(name: string, schema: S) {
  return (value: unknown): v.InferOutput<S> => {
    const result = v.safeParse(schema, value, { abortEarly: true });
    if (result.success) return result.output;
    const issue = result.issues[0];
    const path = issue.path?.map((item) => String(item.key)).join('.');
    throw malformed(`${name}${path ? `.${path}` : ''}: ${issue.message.slice(0, 120)}`);
  };
}

function parseJson(name: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw malformed(`${name}: not JSON in UTF-8`);
  }
}

/**
 * Encodes plain data (an intent) whose integers may be bigints: every bigint travels as a bignum (RFC 8949, 3.4.3), so that
 * a number comes back as a number and a bigint as a bigint.
 */
export function encodeData(value: unknown): Uint8Array {
  return cborEncode(value, { typeEncoders: { bigint: encodeBigint } });
}

/** Inverse of {@link encodeData}, as strict as a message. Throws ProtocolError `malformed`. */
export function decodeData(name: string, bytes: Uint8Array): unknown {
  return decodeStrict(name, bytes, {
    ...strict,
    tags: { 2: (content) => bigintOf(content()), 3: (content) => -1n - bigintOf(content()) },
  });
}

function decodeStrict(name: string, bytes: Uint8Array, options: Parameters<typeof cborDecode>[1]): unknown {
  // A plain Uint8Array: a Buffer's slices would be views, and every field would keep the whole request alive.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return cborDecode(plain, options);
  } catch {
    // The library's words may quote the input; nesting deeper than the stack ends here as well.
    throw malformed(`${name}: not one well-formed, deterministic CBOR item`);
  }
}

function encodeBigint(value: bigint) {
  const magnitude = value < 0n ? -1n - value : value;
  const hex = magnitude === 0n ? '' : magnitude.toString(16);
  const padded = hex.length % 2 === 0 ? hex : `0${hex}`;
  const content = Uint8Array.from(padded.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return [new Token(Type.tag, value < 0n ? 3 : 2), new Token(Type.bytes, content)];
}

function bigintOf(content: unknown): bigint {
  if (!(content instanceof Uint8Array) || content.length > 32 || content[0] === 0) {
    throw malformed('bignum: expected at most 32 bytes without leading zeros');
  }
  let value = 0n;
  for (const byte of content) value = (value << 8n) | BigInt(byte);
  return value;
}

function malformed(message: string): ProtocolError {
  return new ProtocolError('malformed', message, 'Compare the message with the schema in /openapi.json.');
}
