import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { concat, fromHex } from '../bytes.ts';
import { fromDer, toDer } from './ecdsaDer.ts';
import { Lru } from './lru.ts';

const POINT_LENGTH = 64;
const SIGNATURE_LENGTH = 64;
const ES256 = 'sha256';
/** SubjectPublicKeyInfo of prime256v1 up to and with the 04 of an uncompressed point (RFC 5480). */
const SPKI_PREFIX = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200' + '04');

/** Imports cost more than the rest of a request's parsing, and a device signs many requests with one key. */
const imported = new Lru<KeyObject>(10_000);

/**
 * Whether `signature` (64 bytes r || s) is an ES256 one (RFC 7518 section 3.4) over `message` by the point `publicKey`
 * (64 bytes X || Y). Both forms of s are accepted, as JOSE does: bind to what was signed, not to the signature's bytes.
 * Never throws: bad input, and a point off the curve, is an invalid signature.
 */
export function verifyEs256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== POINT_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  try {
    return verify(ES256, message, importPoint(publicKey), toDer(signature));
  } catch {
    return false;
  }
}

/** ES256 over `message`, 64 bytes r || s, by a P-256 private key. For devices that run in Node. */
export function signEs256(privateKey: KeyObject, message: Uint8Array): Uint8Array {
  return fromDer(sign(ES256, message, privateKey));
}

/** OpenSSL refuses coordinates out of range and points off the curve. */
function importPoint(point: Uint8Array): KeyObject {
  return imported.getOrMake(point, () =>
    createPublicKey({ key: Buffer.from(concat(SPKI_PREFIX, point).buffer), format: 'der', type: 'spki' }),
  );
}
