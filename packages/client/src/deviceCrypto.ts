import type { Hpke, Secret } from '@symbolon/crypto';
import * as library from '@symbolon/crypto/device';
import type { Curve } from '@symbolon/protocol';
import type { SignatureChecks } from '@symbolon/verify';

/** The device's cryptography: over a library wherever it runs, or over native code for loads in Node. */
export interface DeviceCrypto {
  readonly checks: SignatureChecks;
  /** X-Wing. */
  readonly hpke: Hpke;
  generateKey(curve: Curve): Secret;
  /** Compressed 33 bytes for secp256k1, 32 for ed25519. Throws CryptoError `invalid-key`. */
  publicKeyOf(curve: Curve, key: Secret): Uint8Array;
  /** secp256k1 over a 32-byte digest, ed25519 over the message. Never throws. */
  verifySignature(curve: Curve, publicKey: Uint8Array, digestOrMessage: Uint8Array, signature: Uint8Array): boolean;
}

/** For browsers and Node alike. */
export const libraryCrypto: DeviceCrypto = {
  checks: { es256: library.verifyEs256, ed25519: library.verifyEd25519 },
  hpke: library.hpkeXWing,
  generateKey: library.generateKey,
  publicKeyOf: library.publicKeyOf,
  verifySignature: library.verifySignature,
};
