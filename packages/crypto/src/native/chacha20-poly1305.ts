import sodium from 'sodium-native';
import { CryptoError } from '../errors.ts';
import { TAG_LENGTH } from '../hpke.ts';
import { Secret } from '../secret.ts';

/**
 * ChaCha20-Poly1305 (RFC 8439 section 2.8): writes ciphertext || tag to `out`, which has room for exactly that. `key` is 32
 * bytes; `nonce` is 12 bytes and must be new for this key.
 */
export function chachaSeal(
  out: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): void {
  sodium.crypto_aead_chacha20poly1305_ietf_encrypt(out, plaintext, aad, null, nonce, key);
}

/** The plaintext of `ciphertext || tag`, written straight into its Secret. Throws `open-failed`. */
export function chachaOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Secret {
  return openInto(sealed.length - TAG_LENGTH, (plaintext) =>
    sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, null, sealed, aad, nonce, key),
  );
}

/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): as `chachaSeal` with a nonce of 24 bytes, which may be random. */
export function xchachaSeal(
  out: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): void {
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(out, plaintext, aad, null, nonce, key);
}

/** As `chachaOpen` with a nonce of 24 bytes. Throws `open-failed`. */
export function xchachaOpen(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Secret {
  return openInto(sealed.length - TAG_LENGTH, (plaintext) =>
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext, null, sealed, aad, nonce, key),
  );
}

/** libsodium compares the tags before it decrypts, so plaintext that is not authentic never exists. */
function openInto(length: number, decrypt: (plaintext: Uint8Array) => void): Secret {
  if (length < 0) throw new CryptoError('open-failed');
  const plaintext = Secret.alloc(length);
  try {
    decrypt(plaintext.expose());
    return plaintext;
  } catch {
    plaintext.wipe();
    throw new CryptoError('open-failed');
  }
}
