import { encode } from 'cborg';
import { type Bytes, copyOf } from '../bytes.ts';
import { decodeCbor } from '../cbor.ts';
import { FIELD_LIMITS } from '../nitro/payload.ts';

/** What an enclave asks the security module to put into its document: at most 1024, 512 and 512 bytes. */
export interface NsmRequest {
  readonly publicKey?: Uint8Array;
  readonly userData?: Uint8Array;
  readonly nonce?: Uint8Array;
}

/**
 * - `unavailable` nobody answers, or not in time: the same request may succeed later
 * - `malformed`   not a message of this protocol, or beyond the module's limits: sent again, it fails again
 * - `internal`    the module failed
 */
export type NsmErrorCode = (typeof CODES)[number];

const CODES = ['unavailable', 'malformed', 'internal'] as const;

export class NsmError extends Error {
  override readonly name = 'NsmError';
  readonly code: NsmErrorCode;

  constructor(code: NsmErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const MAX_REQUEST_BYTES = 4 * 1024;
export const MAX_ANSWER_BYTES = 20 * 1024;

/** A CBOR map with those fields that are given. */
export function encodeRequest(request: NsmRequest): Uint8Array {
  return encode(request, { ignoreUndefinedProperties: true });
}

/** Reads what {@link encodeRequest} makes, within the module's limits. Throws an NsmError `malformed`. */
export function parseRequest(bytes: Bytes): NsmRequest {
  return Object.fromEntries(entries(bytes).map(([key, value]) => [key, field(key, value)]));
}

export function encodeAnswer(answer: { document: Uint8Array } | { error: NsmErrorCode }): Uint8Array {
  return encode(answer);
}

/** The document, or the module's own refusal thrown as an NsmError. */
export function parseAnswer(bytes: Bytes): Uint8Array {
  const [[key, value] = [], ...others] = entries(bytes);
  if (others.length > 0) throw new NsmError('malformed', 'the security module gave two answers');
  if (key === 'document' && value instanceof Uint8Array) return value;
  const code = key === 'error' ? CODES.find((known) => known === value) : undefined;
  throw code === undefined
    ? new NsmError('malformed', 'the security module gave no answer that could be read')
    : new NsmError(code, `the security module refused: ${code}`);
}

function entries(bytes: Bytes): [unknown, unknown][] {
  const map = decoded(bytes);
  if (!(map instanceof Map)) throw new NsmError('malformed', 'not a map');
  return [...map];
}

function decoded(bytes: Bytes): unknown {
  try {
    return decodeCbor(bytes);
  } catch (cause) {
    throw new NsmError('malformed', 'not CBOR', { cause });
  }
}

function field(key: unknown, value: unknown): Bytes {
  const limits = new Map<unknown, number>(Object.entries(FIELD_LIMITS));
  const limit = limits.get(key);
  if (limit === undefined) throw new NsmError('malformed', 'a field of another name');
  if (!(value instanceof Uint8Array) || value.length > limit) throw new NsmError('malformed', 'a field too long');
  return copyOf(value);
}
