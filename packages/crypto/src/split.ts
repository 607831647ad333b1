import { CryptoError } from './errors.ts';
import { Secret } from './secret.ts';

/**
 * Splits a key of any length (at least one byte) into two shares of that length: A is random, B = key xor A. Each alone is
 * uniformly random and says nothing of the key. Throws `length-mismatch` for an empty key. The key is left as it is.
 */
export function split(key: Secret): { a: Secret; b: Secret } {
  if (key.length === 0) throw new CryptoError('length-mismatch');
  const a = Secret.random(key.length);
  return { a, b: xor(key, a) };
}

/**
 * key = A xor B. Throws `length-mismatch` for shares of different lengths or none. XOR is malleable: whoever flips a bit
 * of a share flips that bit of the result, so check the result against the expected public key before using it.
 */
export function join(a: Secret, b: Secret): Secret {
  if (a.length === 0) throw new CryptoError('length-mismatch');
  return xor(a, b);
}

/** target ^= other, in place. Throws `length-mismatch`, and then has changed nothing. */
export function xorInto(target: Uint8Array, other: Uint8Array): void {
  if (target.length !== other.length) throw new CryptoError('length-mismatch');
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) ^ (other[i] ?? 0);
}

function xor(a: Secret, b: Secret): Secret {
  if (a.length !== b.length) throw new CryptoError('length-mismatch');
  const out = Secret.alloc(a.length);
  xorInto(out.expose(), a.expose());
  xorInto(out.expose(), b.expose());
  return out;
}
