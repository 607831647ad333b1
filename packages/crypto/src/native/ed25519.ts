import sodium from 'sodium-native';
import { offHeap } from '../bytes.ts';
import { KEY_LENGTH } from '../curve.ts';
import { CryptoError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { constantTimeEqual, freeLocked, lockedAlloc } from './memory.ts';

const PUBLIC_KEY_LENGTH = 32;
const SIGNATURE_LENGTH = 64;
const EXPANDED_LENGTH = 64;

/** The public key of a seed, 32 bytes (RFC 8032 section 5.1.5). Throws `invalid-key` unless the seed is 32 bytes. */
export function publicKeyEd25519(seed: Secret): Uint8Array {
  using expanded = Secret.alloc(EXPANDED_LENGTH);
  return expand(seed, expanded.expose());
}

/** What to sign, with what seed, and whose it must turn out to be. */
export interface Ed25519Request {
  readonly seed: Secret;
  /** 32 bytes. */
  readonly expectedPublicKey: Uint8Array;
  /** The message itself: Ed25519 hashes it. */
  readonly message: Uint8Array;
}

/**
 * P-check, signature (RFC 8032 section 5.1.6, 64 bytes), verification. Throws `key-mismatch` without signing unless the
 * seed yields exactly the expected public key, `sign-failed` if a fault made the signature wrong.
 */
export function signEd25519({ seed, expectedPublicKey, message }: Ed25519Request): Uint8Array {
  if (seed.length !== KEY_LENGTH) throw new CryptoError('key-mismatch');
  using expanded = Secret.alloc(EXPANDED_LENGTH);
  const publicKey = expand(seed, expanded.expose());
  if (!constantTimeEqual(publicKey, expectedPublicKey)) throw new CryptoError('key-mismatch');
  const signature = offHeap(SIGNATURE_LENGTH);
  sodium.crypto_sign_detached(signature, message, expanded.expose());
  if (!verifyEd25519(publicKey, message, signature)) throw new CryptoError('sign-failed');
  return signature;
}

/**
 * Whether `signature` (64 bytes) is one over `message` by `publicKey` (32 bytes). Refuses points of small order and
 * encodings that are not canonical. Never throws: bad input is an invalid signature.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  return sodium.crypto_sign_verify_detached(signature, message, publicKey);
}

/** A service's own identity: an Ed25519 key that stays in locked memory, out of swap and core dumps. */
export class SigningKey implements Disposable {
  readonly publicKey: Uint8Array;
  readonly #expanded: Buffer;

  private constructor(seed: Secret) {
    this.#expanded = lockedAlloc(EXPANDED_LENGTH);
    this.publicKey = expand(seed, this.#expanded);
  }

  static generate(): SigningKey {
    using seed = Secret.random(KEY_LENGTH);
    return new SigningKey(seed);
  }

  /** Reads the seed, does not take it over. Throws `invalid-key` unless it is 32 bytes. */
  static fromSeed(seed: Secret): SigningKey {
    return new SigningKey(seed);
  }

  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array {
    const signature = offHeap(SIGNATURE_LENGTH);
    sodium.crypto_sign_detached(signature, message, this.#expanded);
    return signature;
  }

  [Symbol.dispose](): void {
    freeLocked(this.#expanded);
  }
}

/** Writes libsodium's expanded key (seed || public key) into `expanded`; the public key. */
function expand(seed: Secret, expanded: Uint8Array): Uint8Array {
  if (seed.length !== KEY_LENGTH) throw new CryptoError('invalid-key');
  const publicKey = offHeap(PUBLIC_KEY_LENGTH);
  sodium.crypto_sign_seed_keypair(publicKey, expanded, seed.expose());
  return publicKey;
}
