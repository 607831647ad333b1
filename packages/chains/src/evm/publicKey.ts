import { concat, toBigint, word } from './bytes.ts';
import { IntentError } from './errors.ts';

/** Field prime of secp256k1 (SEC 2, 2.4.1). */
const p = 2n ** 256n - 2n ** 32n - 977n;

/**
 * X || Y (64 bytes) of a public key in SEC 1 form, 33 or 65 bytes. Bigints and branches are right here: nothing of it is
 * secret. Throws IntentError `public-key-invalid` for a point off the curve y² = x³ + 7.
 */
export function uncompressedPoint(publicKey: Uint8Array): Uint8Array {
  const form = publicKey[0];
  const x = toBigint(publicKey.subarray(1, 33));
  const ySquared = (x ** 3n + 7n) % p;

  if (publicKey.length === 65 && form === 4) {
    const y = toBigint(publicKey.subarray(33));
    if (x < p && y < p && (y * y) % p === ySquared) return publicKey.slice(1);
  }
  if (publicKey.length === 33 && (form === 2 || form === 3)) {
    // p = 3 mod 4, so a root, where there is one, is the (p+1)/4-th power.
    const root = power(ySquared, (p + 1n) / 4n);
    const y = (root & 1n) === BigInt(form - 2) ? root : p - root;
    if (x < p && (root * root) % p === ySquared) return concat(publicKey.subarray(1), word(y));
  }
  throw new IntentError(
    'public-key-invalid',
    'public key: not a point of secp256k1',
    'Expected 33 bytes compressed or 65 bytes uncompressed.',
  );
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % p) {
    if (rest & 1n) result = (result * square) % p;
  }
  return result;
}
