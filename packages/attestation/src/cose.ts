import { encode } from 'cborg';
import { type Bytes, copyOf } from './bytes.ts';
import { refuse } from './error.ts';

/** What COSE_Sign1 (RFC 9052 4.2) and COSE_Mac0 (6.2) are both made of; nothing of it is verified yet. */
export interface Cose {
  /** The protected header as it came: a CBOR map in a byte string. */
  readonly header: Bytes;
  readonly payload: Bytes;
  /** Signature or tag. */
  readonly seal: Bytes;
}

/** Reads the four parts of a decoded item. Throws `malformed` too where anything stands in the header that nobody signed. */
export function coseOf(item: unknown): Cose {
  if (!Array.isArray(item) || item.length !== 4) return malformed();
  const [header, unprotected, payload, seal]: unknown[] = item;
  if (!(unprotected instanceof Map) || unprotected.size !== 0) return malformed();
  if (!(header instanceof Uint8Array && payload instanceof Uint8Array && seal instanceof Uint8Array))
    return malformed();
  return { header: copyOf(header), payload: copyOf(payload), seal: copyOf(seal) };
}

/**
 * Sig_structure (RFC 9052 4.4) or MAC_structure (6.3), without external data, over the payload as it came: encoded again it
 * might be other bytes.
 */
export function sealedBytes(
  context: 'Signature1' | 'MAC0',
  { header, payload }: { header: Uint8Array; payload: Uint8Array },
): Bytes {
  return copyOf(encode([context, header, new Uint8Array(0), payload]));
}

/** The four parts as bytes, untagged. */
export function encodeCose({ header, payload, seal }: { [part in keyof Cose]: Uint8Array }): Bytes {
  return copyOf(encode([header, new Map(), payload, seal]));
}

function malformed(): never {
  return refuse('malformed', 'not COSE of the form that evidence has');
}
