import sodium from 'sodium-native';
import { concat, offHeap, utf8 } from '../bytes.ts';
import { CryptoError } from '../errors.ts';
import { lockedAlloc, wipe } from './memory.ts';

/** Output of SHA-256, bytes. */
export const HASH_LENGTH = 32;
const BLOCK_LENGTH = 64;
const IPAD = 0x36;
const OPAD = 0x5c;

/**
 * Where the two hashed messages are put together: one place in locked memory, wiped after each use, because allocating for
 * every HMAC takes longer than the HMAC. Everything here is synchronous, so no two uses overlap.
 */
const SCRATCH_LENGTH = 2048;
const scratchInner = lockedAlloc(SCRATCH_LENGTH);
const scratchOuter = lockedAlloc(BLOCK_LENGTH + HASH_LENGTH);

/**
 * HMAC-SHA256 (RFC 2104), 32 bytes off-heap, every intermediate wiped. By hand over libsodium's SHA-256, because
 * `createHmac` costs several times as much for a fresh key, and its key object lives until the garbage collector comes.
 */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = BLOCK_LENGTH;
  for (const part of parts) length += part.length;
  const inner = length <= SCRATCH_LENGTH ? scratchInner.subarray(0, length) : offHeap(length);
  const mac = offHeap(HASH_LENGTH);
  try {
    padKey(key, inner);
    let at = BLOCK_LENGTH;
    for (const part of parts) {
      inner.set(part, at);
      at += part.length;
    }
    sodium.crypto_hash_sha256(mac, inner);
    scratchOuter.set(mac, BLOCK_LENGTH);
    sodium.crypto_hash_sha256(mac, scratchOuter);
    return mac;
  } finally {
    wipe(inner, scratchOuter);
  }
}

/** Writes key xor ipad and key xor opad to the first blocks of the two messages. */
function padKey(key: Uint8Array, inner: Uint8Array): void {
  inner.fill(0, 0, BLOCK_LENGTH);
  if (key.length > BLOCK_LENGTH) sodium.crypto_hash_sha256(inner.subarray(0, HASH_LENGTH), key);
  else inner.set(key);
  for (let i = 0; i < BLOCK_LENGTH; i++) {
    const byte = inner[i] ?? 0;
    inner[i] = byte ^ IPAD;
    scratchOuter[i] = byte ^ OPAD;
  }
}

/** HKDF-Extract (RFC 5869 section 2.2); `ikm` in parts, so that nobody joins secrets into one more copy. */
export function extract(salt: Uint8Array, ...ikm: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return hmacSha256(salt, ...ikm);
}

/** HKDF-Expand (RFC 5869 section 2.3), `length` up to 255 * 32 bytes. Throws `length-mismatch` above. */
export function expand(prk: Uint8Array, length: number, ...info: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (length > 255 * HASH_LENGTH) throw new CryptoError('length-mismatch');
  const okm = offHeap(length);
  let block = offHeap(0);
  for (let i = 0; i * HASH_LENGTH < length; i++) {
    const next = hmacSha256(prk, block, ...info, Uint8Array.of(i + 1));
    wipe(block);
    block = next;
    okm.set(block.subarray(0, length - i * HASH_LENGTH), i * HASH_LENGTH);
  }
  wipe(block);
  return okm;
}

const VERSION_LABEL = utf8('HPKE-v1');

/** LabeledExtract (RFC 9180 section 4). */
export function labeledExtract(
  suiteId: Uint8Array,
  salt: Uint8Array,
  label: Uint8Array,
  ikm: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return extract(salt, VERSION_LABEL, suiteId, label, ikm);
}

/** LabeledExpand (RFC 9180 section 4). */
export function labeledExpand(
  suiteId: Uint8Array,
  prk: Uint8Array,
  label: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  return expand(prk, length, i2osp2(length), VERSION_LABEL, suiteId, label, info);
}

/** I2OSP(n, 2) (RFC 8017 section 4.1). */
export function i2osp2(n: number): Uint8Array {
  return Uint8Array.of(n >> 8, n & 0xff);
}

/** "HPKE" and the suite's identifiers (RFC 9180 section 5.1). */
export function hpkeSuiteId(kemId: number, kdfId: number, aeadId: number): Uint8Array {
  return concat(utf8('HPKE'), i2osp2(kemId), i2osp2(kdfId), i2osp2(aeadId));
}
