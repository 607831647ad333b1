import sodium from 'sodium-native';
import { offHeap } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { TAG_LENGTH } from '../hpke.ts';
import type { Secret } from '../secret.ts';
import { xchachaOpen, xchachaSeal } from './chacha20-poly1305.ts';

const KEY_LENGTH = 32;
const NONCE_LENGTH = 24;

/**
 * Encrypts a short secret for a store, XChaCha20-Poly1305: nonce (24 bytes) || ciphertext || tag (16). The nonce is random
 * and long enough that no two of one key ever meet. `aad` names what the secret belongs to, so that a row moved to another
 * place does not open. Throws `invalid-key` unless `key` is 32 bytes.
 */
export function sealAtRest(key: Secret, aad: Uint8Array, plaintext: Secret): Uint8Array {
  if (key.length !== KEY_LENGTH) throw new CryptoError('invalid-key');
  const sealed = offHeap(NONCE_LENGTH + plaintext.length + TAG_LENGTH);
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  sodium.randombytes_buf(nonce);
  xchachaSeal(sealed.subarray(NONCE_LENGTH), key.expose(), nonce, aad, plaintext.expose());
  return sealed;
}

/** The secret of `sealAtRest`. Throws `open-failed` for any change of key, aad or bytes, `invalid-key` as above. */
export function openAtRest(key: Secret, aad: Uint8Array, sealed: Uint8Array): Secret {
  if (key.length !== KEY_LENGTH) throw new CryptoError('invalid-key');
  if (sealed.length < NONCE_LENGTH) throw new CryptoError('open-failed');
  return xchachaOpen(key.expose(), sealed.subarray(0, NONCE_LENGTH), aad, sealed.subarray(NONCE_LENGTH));
}
