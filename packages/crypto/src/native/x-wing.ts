import { createHash, decapsulate, encapsulate, hash, type KeyObject } from 'node:crypto';
import { concat, utf8 } from '../bytes.ts';
import { KEM_X_WING } from '../hpke.ts';
import { Secret } from '../secret.ts';
import type { Decapsulator, Kem } from './kem.ts';
import { freeLocked, lockedCopy, random, wipe } from './memory.ts';
import {
  ML_KEM_CIPHERTEXT_LENGTH,
  ML_KEM_PUBLIC_KEY_LENGTH,
  ML_KEM_SEED_LENGTH,
  mlKemPrivateKey,
  mlKemPublicKey,
  mlKemRawPublicKey,
} from './ml-kem.ts';
import { x25519, x25519PublicKey } from './x25519.ts';

const X25519_LENGTH = 32;
/** The draft's XWingLabel, a small drawing of an X-wing. */
const LABEL = utf8('\\.//^\\');

/** X-Wing (draft-connolly-cfrg-xwing-kem-10, section 5). Secure while either ML-KEM-768 or X25519 is. */
export const xWing: Kem = {
  ...KEM_X_WING,
  encapsulate(publicKey) {
    const pkM = mlKemPublicKey(publicKey.subarray(0, ML_KEM_PUBLIC_KEY_LENGTH));
    const pkX = publicKey.subarray(ML_KEM_PUBLIC_KEY_LENGTH);
    const ekX = random(X25519_LENGTH);
    try {
      const ctX = x25519PublicKey(ekX);
      const ssX = x25519(ekX, pkX);
      const { sharedKey: ssM, ciphertext: ctM } = encapsulate(pkM);
      return { sharedSecret: combine(ssM, ssX, ctX, pkX), enc: concat(ctM, ctX) };
    } finally {
      wipe(ekX);
    }
  },
  decapsulator(seed) {
    return new XWingDecapsulator(seed);
  },
};

class XWingDecapsulator implements Decapsulator {
  readonly publicKey: Uint8Array;
  readonly #skM: KeyObject;
  readonly #skX: Buffer;
  readonly #pkX: Uint8Array;

  /** expandDecapsulationKey (section 5.2), done once, not for every message. */
  constructor(seed: Secret) {
    using expanded = Secret.take(
      createHash('shake256', { outputLength: ML_KEM_SEED_LENGTH + X25519_LENGTH })
        .update(seed.expose())
        .digest(),
    );
    using skX = Secret.take(expanded.expose().subarray(ML_KEM_SEED_LENGTH));
    this.#skM = mlKemPrivateKey(expanded.expose().subarray(0, ML_KEM_SEED_LENGTH));
    this.#skX = lockedCopy(skX);
    this.#pkX = x25519PublicKey(this.#skX);
    this.publicKey = concat(mlKemRawPublicKey(this.#skM), this.#pkX);
  }

  decapsulate(enc: Uint8Array): Uint8Array {
    const ctM = enc.subarray(0, ML_KEM_CIPHERTEXT_LENGTH);
    const ctX = enc.subarray(ML_KEM_CIPHERTEXT_LENGTH);
    const ssX = x25519(this.#skX, ctX);
    return combine(decapsulate(this.#skM, ctM), ssX, ctX, this.#pkX);
  }

  [Symbol.dispose](): void {
    freeLocked(this.#skX);
  }
}

/** Combiner (section 5.3); wipes both secrets. The ML-KEM ciphertext is bound by ML-KEM itself, so only X25519's goes in. */
function combine(ssM: Uint8Array, ssX: Uint8Array, ctX: Uint8Array, pkX: Uint8Array): Uint8Array {
  const input = concat(ssM, ssX, ctX, pkX, LABEL);
  try {
    return hash('sha3-256', input, 'buffer');
  } finally {
    wipe(ssM, ssX, input);
  }
}
