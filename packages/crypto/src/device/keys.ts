import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concat } from '../bytes.ts';
import { type Curve, KEY_LENGTH } from '../curve.ts';
import { CryptoError } from '../errors.ts';
import { Secret } from '../secret.ts';

/** A new wallet key of 32 random bytes, uniform over the valid ones. */
export function generateKey(curve: Curve): Secret {
  for (;;) {
    const key = Secret.random(KEY_LENGTH);
    if (isValidKey(curve, key)) return key;
    key.wipe();
  }
}

/** Whether `key` is one of the curve: 32 bytes, and for secp256k1 a big-endian scalar from 1 to n - 1. */
export function isValidKey(curve: Curve, key: Secret): boolean {
  switch (curve) {
    case 'secp256k1':
      return secp256k1.utils.isValidSecretKey(key.expose());
    case 'ed25519':
      return key.length === KEY_LENGTH;
  }
}

/** The public key: compressed, 33 bytes, for secp256k1; 32 bytes for ed25519. Throws `invalid-key`. */
export function publicKeyOf(curve: Curve, key: Secret): Uint8Array {
  if (!isValidKey(curve, key)) throw new CryptoError('invalid-key');
  switch (curve) {
    case 'secp256k1':
      return secp256k1.getPublicKey(key.expose(), true);
    case 'ed25519':
      return ed25519.getPublicKey(key.expose());
  }
}

/**
 * Whether a wallet's signature (64 bytes) holds: for secp256k1 over a 32-byte digest, r || s with low s; for ed25519 over
 * the message itself. Never throws: bad input is an invalid signature.
 */
export function verifySignature(
  curve: Curve,
  publicKey: Uint8Array,
  digestOrMessage: Uint8Array,
  signature: Uint8Array,
): boolean {
  switch (curve) {
    case 'secp256k1':
      return (
        digestOrMessage.length === 32 &&
        orFalse(() => secp256k1.verify(signature, digestOrMessage, publicKey, { prehash: false, lowS: true }))
      );
    case 'ed25519':
      return verifyEd25519(publicKey, digestOrMessage, signature);
  }
}

/** Ed25519 as the servers verify it: RFC 8032, not ZIP 215, so that device and store agree on every input. */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return orFalse(() => {
    const point = ed25519.Point.fromBytes(publicKey);
    return !point.isSmallOrder() && ed25519.verify(signature, message, publicKey, { zip215: false });
  });
}

const UNCOMPRESSED = Uint8Array.of(4);

/** ES256 (RFC 7518 section 3.4) over `message` by the point X || Y (64 bytes); 64 bytes r || s, either form of s. */
export function verifyEs256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return orFalse(() => p256.verify(signature, message, concat(UNCOMPRESSED, publicKey), { lowS: false }));
}

/** The library throws for input that is malformed. */
function orFalse(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
