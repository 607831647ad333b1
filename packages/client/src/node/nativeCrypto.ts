import { CryptoError, Secret } from '@symbolon/crypto';
import {
  hpkeXWing,
  publicKeyEd25519,
  publicKeySecp256k1,
  verifyEd25519,
  verifyEs256,
  verifySecp256k1,
} from '@symbolon/crypto/native';
import type { Curve } from '@symbolon/protocol';
import type { DeviceCrypto } from '../deviceCrypto.ts';

const publicKeys = { secp256k1: publicKeySecp256k1, ed25519: publicKeyEd25519 } as const;
const verifiers = { secp256k1: verifySecp256k1, ed25519: verifyEd25519 } as const;

/** The device's cryptography over native code: a process that is many devices, or one in a hurry. */
export const nativeCrypto: DeviceCrypto = {
  checks: { es256: verifyEs256, ed25519: verifyEd25519 },
  hpke: hpkeXWing,
  generateKey,
  publicKeyOf: (curve, key) => publicKeys[curve](key),
  verifySignature: (curve, publicKey, digestOrMessage, signature) =>
    verifiers[curve](publicKey, digestOrMessage, signature),
};

function generateKey(curve: Curve): Secret {
  for (;;) {
    const key = Secret.random(32);
    try {
      publicKeys[curve](key);
      return key;
    } catch (error) {
      key.wipe();
      // One in 2^128 is no scalar of secp256k1.
      if (!(error instanceof CryptoError) || error.code !== 'invalid-key') throw error;
    }
  }
}
