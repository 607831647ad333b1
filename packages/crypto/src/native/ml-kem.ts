import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { concat, fromHex } from '../bytes.ts';
import { Lru } from './lru.ts';
import { wipe } from './memory.ts';

/** Bytes of an ML-KEM-768 encapsulation key, ciphertext and seed d || z (FIPS 203, table 3 and section 3.3). */
export const ML_KEM_PUBLIC_KEY_LENGTH = 1184;
export const ML_KEM_CIPHERTEXT_LENGTH = 1088;
export const ML_KEM_SEED_LENGTH = 64;

// RFC 9935: OneAsymmetricKey whose privateKey is the CHOICE seed [0], and SubjectPublicKeyInfo, both of id-alg-ml-kem-768.
const PKCS8_SEED_PREFIX = fromHex('3054020100300b06096086480165030404020442' + '8040');
const SPKI_PREFIX = fromHex('308204b2300b0609608648016503040402038204a100');

/** Imports cost OpenSSL 50 us, and a server seals to few recipients. */
const imported = new Lru<KeyObject>(256);

/** The key object of a raw encapsulation key. Throws for one that is not reduced modulo q (FIPS 203 section 7.2). */
export function mlKemPublicKey(raw: Uint8Array): KeyObject {
  return imported.getOrMake(raw, () =>
    createPublicKey({ key: Buffer.from(concat(SPKI_PREFIX, raw).buffer), format: 'der', type: 'spki' }),
  );
}

/** The key object of a seed d || z, in OpenSSL's memory, cleansed when it is freed. Leaves the seed to the caller. */
export function mlKemPrivateKey(seed: Uint8Array): KeyObject {
  const der = concat(PKCS8_SEED_PREFIX, seed);
  try {
    return createPrivateKey({ key: Buffer.from(der.buffer), format: 'der', type: 'pkcs8' });
  } finally {
    wipe(der);
  }
}

/** The raw encapsulation key of a private key. */
export function mlKemRawPublicKey(privateKey: KeyObject): Uint8Array {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}
