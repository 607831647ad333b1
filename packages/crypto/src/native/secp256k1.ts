import { createRequire } from 'node:module';
// Not the package's index, which falls back to the variable-time `elliptic` without a word.
import secp256k1 from 'secp256k1/bindings.js';
import { offHeap } from '../bytes.ts';
import { KEY_LENGTH } from '../curve.ts';
import { CryptoError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { constantTimeEqual } from './memory.ts';

const PUBLIC_KEY_LENGTH = 33;
const DIGEST_LENGTH = 32;
const SIGNATURE_LENGTH = 64;

const loaded = Object.keys(createRequire(import.meta.url).cache);
if (!loaded.some((path) => /secp256k1[^/\\]*\.node$/.test(path))) {
  throw new Error('the native secp256k1 addon did not load; nothing else signs here');
}
blind();

/** The compressed public key, 33 bytes. Throws `invalid-key` unless `key` is 32 bytes and a scalar from 1 to n - 1. */
export function publicKeySecp256k1(key: Secret): Uint8Array {
  if (key.length !== KEY_LENGTH) throw new CryptoError('invalid-key');
  try {
    return secp256k1.publicKeyCreate(key.expose(), true, offHeap(PUBLIC_KEY_LENGTH));
  } catch {
    throw new CryptoError('invalid-key');
  }
}

/** What to sign, with what key, and whose key that must turn out to be. */
export interface Secp256k1Request {
  readonly key: Secret;
  /** Compressed, 33 bytes. */
  readonly expectedPublicKey: Uint8Array;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

/** ECDSA, 64 bytes r || s with s <= n/2, and the parity of R's y for public key recovery. */
export interface RecoverableSignature {
  readonly signature: Uint8Array;
  readonly recovery: 0 | 1;
}

/**
 * P-check, deterministic ECDSA (RFC 6979), verification. Throws `key-mismatch` without signing unless the key yields
 * exactly the expected public key: shares joined by XOR are malleable, and signatures under flipped bits give the key away.
 * Throws `length-mismatch` for a digest of other than 32 bytes, `sign-failed` if a fault made the signature wrong.
 */
export function signSecp256k1({ key, expectedPublicKey, digest }: Secp256k1Request): RecoverableSignature {
  if (digest.length !== DIGEST_LENGTH) throw new CryptoError('length-mismatch');
  if (!constantTimeEqual(publicKeyOrMismatch(key), expectedPublicKey)) throw new CryptoError('key-mismatch');
  const { signature, recid } = secp256k1.ecdsaSign(digest, key.expose(), {}, offHeap(SIGNATURE_LENGTH));
  // A recovery id above 1 means r >= p - n, a chance of 2^-127 that Ethereum's signatures cannot even express.
  if ((recid !== 0 && recid !== 1) || !verifySecp256k1(expectedPublicKey, digest, signature)) {
    throw new CryptoError('sign-failed');
  }
  return { signature, recovery: recid };
}

/**
 * Whether `signature` (64 bytes r || s) is one over `digest` (32 bytes) by `publicKey` (33 or 65 bytes). High s is refused,
 * as every such signature has a low twin. Never throws: bad input is an invalid signature.
 */
export function verifySecp256k1(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    return secp256k1.ecdsaVerify(signature, digest, publicKey);
  } catch {
    return false;
  }
}

/** Joined shares that are no scalar at all are a mismatch like any other. */
function publicKeyOrMismatch(key: Secret): Uint8Array {
  try {
    return publicKeySecp256k1(key);
  } catch {
    throw new CryptoError('key-mismatch');
  }
}

/** Randomises libsecp256k1's base-point multiplication, its second defence against timing and power analysis. */
function blind(): void {
  using seed = Secret.random(32);
  secp256k1.contextRandomize(seed.expose());
}
