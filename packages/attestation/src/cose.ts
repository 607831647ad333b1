import { encode } from 'cborg';
import { type Bytes, copyOf, equalBytes, isZero } from './bytes.ts';
import { decodeCbor } from './cbor.ts';
import { type PublicKey, verifyEcdsa } from './ecdsa.ts';
import { refuse } from './error.ts';

/** COSE_Sign1 (RFC 9052 4.2) as Nitro makes it: ES384 in the protected header, nothing in the other one. */
export interface Sign1 {
  readonly payload: Bytes;
  /** r || s, 96 bytes. */
  readonly signature: Bytes;
}

const TAG_18 = 0xd2;
const SIGNATURE_BYTES = 96;

/** The serialised map {1: -35}: alg = ES384 (RFC 9053 2.1). */
const PROTECTED_ES384 = Uint8Array.of(0xa1, 0x01, 0x38, 0x22);

/** Throws `malformed`, `algorithm`, or `signature` for a signature of zeros. The tag may be there or not. */
export function parseSign1(bytes: Bytes): Sign1 {
  const item = decodeCbor(bytes[0] === TAG_18 ? bytes.subarray(1) : bytes);
  if (!Array.isArray(item) || item.length !== 4) return refuse('malformed', 'not a COSE_Sign1');
  const [header, unprotected, payload, signature]: unknown[] = item;
  const sound =
    header instanceof Uint8Array &&
    unprotected instanceof Map &&
    unprotected.size === 0 &&
    payload instanceof Uint8Array &&
    signature instanceof Uint8Array;
  if (!sound) return refuse('malformed', 'not a COSE_Sign1 of the Nitro form');
  // Before all else: emulators fill in zeros, and some ECDSA code has taken r = s = 0 for a signature of anything.
  if (isZero(signature)) return refuse('signature', 'a signature of zeros');
  if (!equalBytes(header, PROTECTED_ES384)) return refuse('algorithm', 'not ES384');
  if (signature.length !== SIGNATURE_BYTES) return refuse('malformed', 'not a signature of 96 bytes');
  return { payload: copyOf(payload), signature: copyOf(signature) };
}

/** Throws `signature` unless `key` signed exactly these payload bytes, and `algorithm` for a key that can't do ES384. */
export async function verifySign1({ payload, signature }: Sign1, key: PublicKey): Promise<void> {
  if (key.curve !== 'P-384') refuse('algorithm', 'a leaf key that is not on P-384');
  if (!(await verifyEcdsa(key, 'SHA-384', signature, sigStructure(payload)))) {
    refuse('signature', 'the signature does not verify');
  }
}

/** Sig_structure (RFC 9052 4.4) over the payload as it came: newer documents would not survive being encoded again. */
export function sigStructure(payload: Uint8Array): Bytes {
  return copyOf(encode(['Signature1', PROTECTED_ES384, new Uint8Array(0), payload]));
}

/** The four parts as bytes, untagged as Nitro sends them. */
export function encodeSign1(payload: Uint8Array, signature: Uint8Array): Bytes {
  return copyOf(encode([PROTECTED_ES384, new Map(), payload, signature]));
}
