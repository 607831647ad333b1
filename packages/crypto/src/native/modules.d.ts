declare module 'secp256k1/bindings.js' {
  interface Bindings {
    contextRandomize(seed: Uint8Array | null): void;
    publicKeyCreate(key: Uint8Array, compressed: true, output: Uint8Array): Uint8Array;
    ecdsaSign(
      digest: Uint8Array,
      key: Uint8Array,
      options: Record<never, never>,
      output: Uint8Array,
    ): { signature: Uint8Array; recid: number };
    ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean;
  }
  const bindings: Bindings;
  export default bindings;
}

declare module 'sodium-native' {
  type AeadEncrypt = (
    out: Uint8Array,
    plaintext: Uint8Array,
    aad: Uint8Array,
    nsec: null,
    nonce: Uint8Array,
    key: Uint8Array,
  ) => void;
  type AeadDecrypt = (
    out: Uint8Array,
    nsec: null,
    sealed: Uint8Array,
    aad: Uint8Array,
    nonce: Uint8Array,
    key: Uint8Array,
  ) => void;
  interface Sodium {
    sodium_malloc(length: number): Buffer;
    sodium_free(secure: Buffer): void;
    sodium_memzero(bytes: Uint8Array): void;
    sodium_memcmp(a: Uint8Array, b: Uint8Array): boolean;
    randombytes_buf(out: Uint8Array): void;
    crypto_aead_chacha20poly1305_ietf_encrypt: AeadEncrypt;
    crypto_aead_chacha20poly1305_ietf_decrypt: AeadDecrypt;
    crypto_aead_xchacha20poly1305_ietf_encrypt: AeadEncrypt;
    crypto_aead_xchacha20poly1305_ietf_decrypt: AeadDecrypt;
    crypto_hash_sha256(out: Uint8Array, data: Uint8Array): void;
    crypto_scalarmult(out: Uint8Array, scalar: Uint8Array, point: Uint8Array): void;
    crypto_scalarmult_base(out: Uint8Array, scalar: Uint8Array): void;
    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  }
  const sodium: Sodium;
  export default sodium;
}
