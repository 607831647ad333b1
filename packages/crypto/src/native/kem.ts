import type { HpkeKem } from '../hpke.ts';
import type { Secret } from '../secret.ts';

/** A KEM's secret and its ciphertext (RFC 9180 section 4). Whoever receives it wipes the secret. */
export interface Encapsulation {
  readonly sharedSecret: Uint8Array;
  readonly enc: Uint8Array;
}

/** A private key expanded for use. */
export interface Decapsulator extends Disposable {
  readonly publicKey: Uint8Array;
  /** The shared secret of a well-sized `enc`; may throw anything for a bad one. */
  decapsulate(enc: Uint8Array): Uint8Array;
}

/** One KEM in native code. */
export interface Kem extends HpkeKem {
  /** May throw anything for a public key of the right size that is not one. */
  encapsulate(publicKey: Uint8Array): Encapsulation;
  decapsulator(seed: Secret): Decapsulator;
}
