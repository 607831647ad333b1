import { concat } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { gcmOpen, gcmSeal } from './gcm.ts';
import { NONCE_LENGTH } from './key-schedule.ts';
import { random } from './memory.ts';

const KEY_LENGTH = 32;

/**
 * Encrypts a short secret for a store, AES-256-GCM: nonce (12 bytes) || ciphertext || tag (16). The nonce is random, so one
 * key seals up to 2^32 secrets. `aad` names what the secret belongs to, so that a row moved to another place does not
 * open. Throws `invalid-key` unless `key` is 32 bytes.
 */
export function sealAtRest(key: Secret, aad: Uint8Array, plaintext: Secret): Uint8Array {
  if (key.length !== KEY_LENGTH) throw new CryptoError('invalid-key');
  const nonce = random(NONCE_LENGTH);
  return concat(nonce, gcmSeal(key.expose(), nonce, aad, plaintext.expose()));
}

/** The secret of `sealAtRest`. Throws `open-failed` for any change of key, aad or bytes, `invalid-key` as above. */
export function openAtRest(key: Secret, aad: Uint8Array, sealed: Uint8Array): Secret {
  if (key.length !== KEY_LENGTH) throw new CryptoError('invalid-key');
  if (sealed.length < NONCE_LENGTH) throw new CryptoError('open-failed');
  return gcmOpen(key.expose(), sealed.subarray(0, NONCE_LENGTH), aad, sealed.subarray(NONCE_LENGTH));
}
