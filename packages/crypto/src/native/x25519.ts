import sodium from 'sodium-native';
import { concat, offHeap, utf8 } from '../bytes.ts';
import { KEM_X25519 } from '../hpke.ts';
import type { Secret } from '../secret.ts';
import { expand, expandLabel, extract, extractLabel, HASH_LENGTH, i2osp2 } from './hkdf.ts';
import type { Decapsulator, Encapsulation, Kem } from './kem.ts';
import { freeLocked, lockedAlloc, lockedCopy, random, wipe } from './memory.ts';

const NONE = new Uint8Array(0);
const LENGTH = 32;
const SUITE_ID = concat(utf8('KEM'), i2osp2(KEM_X25519.id));
const EAE_PRK = extractLabel(SUITE_ID, 'eae_prk');
const SHARED_SECRET = expandLabel(SUITE_ID, 'shared_secret', HASH_LENGTH);

/** X25519(scalar, 9) (RFC 7748 section 5). */
export function x25519PublicKey(scalar: Uint8Array): Uint8Array {
  const point = offHeap(LENGTH);
  sodium.crypto_scalarmult_base(point, scalar);
  return point;
}

/** X25519(scalar, point). Throws for points of small order, whose result is zero whatever the scalar. */
export function x25519(scalar: Uint8Array, point: Uint8Array): Uint8Array {
  const shared = offHeap(LENGTH);
  sodium.crypto_scalarmult(shared, scalar, point);
  return shared;
}

/** DHKEM(X25519, HKDF-SHA256) (RFC 9180 section 4.1). */
export const dhkemX25519: Kem = {
  ...KEM_X25519,
  encapsulate(publicKey) {
    const skE = random(LENGTH);
    try {
      return encapsulateWith(skE, publicKey);
    } finally {
      wipe(skE);
    }
  },
  decapsulator(seed) {
    return new X25519Decapsulator(seed);
  },
};

/** Encap with a chosen ephemeral key, which the vectors need and nobody else may use. */
export function encapsulateWith(skE: Uint8Array, pkR: Uint8Array): Encapsulation {
  const enc = x25519PublicKey(skE);
  const dh = x25519(skE, pkR);
  return { sharedSecret: extractAndExpand(dh, enc, pkR), enc };
}

class X25519Decapsulator implements Decapsulator {
  readonly publicKey: Uint8Array;
  readonly #skR: Buffer;

  constructor(seed: Secret) {
    this.#skR = lockedCopy(seed);
    this.publicKey = x25519PublicKey(this.#skR);
  }

  decapsulate(enc: Uint8Array): Uint8Array {
    return extractAndExpand(x25519(this.#skR, enc), enc, this.publicKey);
  }

  [Symbol.dispose](): void {
    freeLocked(this.#skR);
  }
}

/** Wiped after each use, none of which overlap: everything here is synchronous. */
const scratchPrk = lockedAlloc(HASH_LENGTH);

/** ExtractAndExpand (RFC 9180 section 4.1); wipes `dh`. */
function extractAndExpand(dh: Uint8Array, enc: Uint8Array, pkR: Uint8Array): Uint8Array {
  const sharedSecret = offHeap(HASH_LENGTH);
  try {
    extract(scratchPrk, NONE, EAE_PRK, dh);
    expand(sharedSecret, scratchPrk, SHARED_SECRET, enc, pkR);
    return sharedSecret;
  } finally {
    wipe(dh, scratchPrk);
  }
}
