import sodium from 'sodium-native';
import { offHeap } from '../bytes.ts';
import type { Secret } from '../secret.ts';

/** Zeroes bytes through sodium, which no optimiser removes. */
export function wipe(...all: readonly Uint8Array[]): void {
  for (const bytes of all) sodium.sodium_memzero(bytes);
}

/** `length` random bytes of the operating system's generator; six times faster here than node:crypto's. */
export function random(length: number): Uint8Array<ArrayBuffer> {
  const bytes = offHeap(length);
  sodium.randombytes_buf(bytes);
  return bytes;
}

/**
 * Locked memory (guard pages, out of swap and core dumps) for keys that live as long as the process. It never moves
 * and is wiped when freed; allocating takes system calls, so keys of one request use off-heap memory instead.
 */
export function lockedAlloc(length: number): Buffer {
  return sodium.sodium_malloc(length);
}

/** The bytes of `secret` in locked memory. Leaves the secret as it is. */
export function lockedCopy(secret: Secret): Buffer {
  const locked = lockedAlloc(secret.length);
  locked.set(secret.expose());
  return locked;
}

/** Wipes and frees `locked`. */
export function freeLocked(locked: Buffer): void {
  sodium.sodium_free(locked);
}

/** Equality in constant time. False for different lengths. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && sodium.sodium_memcmp(a, b);
}
