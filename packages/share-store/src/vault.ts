import type { Secret } from '@symbolon/crypto';
import type { VaultName } from '@symbolon/protocol';

/** An individual key as its vault gives it out: wrapped, useless without the vault, and there is no other copy of it. */
export type WrappedKey = Uint8Array;

/**
 * Where a store's individual keys live: one for each wallet and epoch, under a root that never leaves. An HSM or a cloud KMS
 * implements this. `context` binds a key or share to its place: opened under another context, it fails. A key is destroyed with its
 * wrapped copy, which the store alone keeps. Every method throws VaultError while the vault is out of reach.
 */
export interface KeyVault {
  /** What a statement names it by. */
  name(): Promise<VaultName>;
  /** Whether this key was wrapped here. */
  holds(key: WrappedKey): boolean;
  /** Makes a key of its own for one wallet and epoch. */
  createKey(context: Uint8Array): Promise<WrappedKey>;
  /** Encrypts a share under an individual key. The share stays the caller's to wipe. */
  protect(key: WrappedKey, context: Uint8Array, label: string, share: Secret): Promise<Uint8Array>;
  /** Decrypts it again. Throws CryptoError if key, context, label and bytes do not belong together. */
  open(key: WrappedKey, context: Uint8Array, label: string, sealed: Uint8Array): Promise<Secret>;
}

/**
 * Why a vault can't serve, for its operator.
 * - `hsm-away`: library, process, session or device is gone; another try may find it again.
 * - `hsm-slow`: no answer in time. `hsm-busy`: too much is asked at once. `hsm-full`: it has no room.
 * - `library-missing`: the library can't be loaded. `token-missing`: no such token or slot, or more than one.
 * - `pin-wrong`, `pin-locked`, `pin-last-try`, `pin-unreadable`: the PIN, which is never tried again by itself.
 * - `key-missing`, `key-unfit`, `key-other`: no root of that label; one whose attributes would let it out; not this store's root.
 * - `hsm-refused`: whatever else the HSM says.
 */
export type VaultReason =
  | 'hsm-away'
  | 'hsm-slow'
  | 'hsm-busy'
  | 'hsm-full'
  | 'hsm-refused'
  | 'library-missing'
  | 'token-missing'
  | 'pin-wrong'
  | 'pin-locked'
  | 'pin-last-try'
  | 'pin-unreadable'
  | 'key-missing'
  | 'key-unfit'
  | 'key-other';

/** The vault can't serve: nothing was changed. Callers are told no more than of any store that is out of reach. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code = 'store-unavailable';
  readonly status = 503;
  readonly hint = 'Try again later.';
  /** Seconds. */
  readonly retryAfter = 5;
  readonly reason: VaultReason;

  constructor(reason: VaultReason) {
    super('The store cannot reach its keys; nothing was changed.');
    this.reason = reason;
  }
}
