import type { Secret } from '@symbolon/crypto';

/** An individual key as its vault gives it out: wrapped, useless without the vault. */
export type WrappedKey = Uint8Array;

/**
 * Where a store's individual keys live: one for each wallet and epoch, under a root that never leaves. An HSM or a cloud KMS
 * implements this. `context` binds a key or share to its place: opened under another context, it fails.
 */
export interface KeyVault {
  /** Makes a key of its own for one wallet and epoch. */
  createKey(context: Uint8Array): Promise<WrappedKey>;
  /** Encrypts a share under an individual key. The share stays the caller's to wipe. */
  protect(key: WrappedKey, context: Uint8Array, label: string, share: Secret): Promise<Uint8Array>;
  /** Decrypts it again. Throws CryptoError if key, context, label and bytes do not belong together. */
  open(key: WrappedKey, context: Uint8Array, label: string, sealed: Uint8Array): Promise<Secret>;
}
