import { type Bytes, equalBytes, isZero } from '../bytes.ts';
import { decodeCbor } from '../cbor.ts';
import { type Cose, coseOf, sealedBytes } from '../cose.ts';
import { type PublicKey, verifyEcdsa } from '../ecdsa.ts';
import { refuse } from '../error.ts';

const TAG_18 = 0xd2;
const SIGNATURE_BYTES = 96;

/** The serialised map {1: -35}: alg = ES384 (RFC 9053 2.1). */
export const PROTECTED_ES384 = Uint8Array.of(0xa1, 0x01, 0x38, 0x22);

/**
 * COSE_Sign1 as Nitro makes it: ES384 in the protected header, nothing in the other one, r || s of 96 bytes. The tag may be
 * there or not. Throws `malformed`, `algorithm`, or `signature` for a signature of zeros.
 */
export function parseSign1(bytes: Bytes): Cose {
  const signed = coseOf(decodeCbor(bytes[0] === TAG_18 ? bytes.subarray(1) : bytes));
  // Before all else: emulators fill in zeros, and some ECDSA code has taken r = s = 0 for a signature of anything.
  if (isZero(signed.seal)) return refuse('signature', 'a signature of zeros');
  if (!equalBytes(signed.header, PROTECTED_ES384)) return refuse('algorithm', 'not ES384');
  if (signed.seal.length !== SIGNATURE_BYTES) return refuse('malformed', 'not a signature of 96 bytes');
  return signed;
}

/** Throws `signature` unless `key` signed exactly these payload bytes, and `algorithm` for a key that can't do ES384. */
export async function verifySign1(signed: Cose, key: PublicKey): Promise<void> {
  if (key.curve !== 'P-384') refuse('algorithm', 'a leaf key that is not on P-384');
  if (!(await verifyEcdsa(key, 'SHA-384', signed.seal, sealedBytes('Signature1', signed)))) {
    refuse('signature', 'the signature does not verify');
  }
}
