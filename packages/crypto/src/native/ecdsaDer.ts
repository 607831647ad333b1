import { concat } from '../bytes.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const HALF = 32;

/**
 * DER of a signature given as r || s, 64 bytes (RFC 3279, 2.2.3). OpenSSL reads either form, but Node takes an object of options
 * for the short one, and tells it from a key by catching two errors: a third of the time of a signature.
 */
export function toDer(signature: Uint8Array): Uint8Array {
  const [r, s] = [integer(signature.subarray(0, HALF)), integer(signature.subarray(HALF))];
  return concat(Uint8Array.of(SEQUENCE, r.length + s.length), r, s);
}

/** r || s, 64 bytes, of a signature that OpenSSL made. */
export function fromDer(der: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * HALF);
  let at = 2;
  for (const end of [HALF, 2 * HALF]) {
    const length = der[at + 1] ?? 0;
    const value = der.subarray(at + 2, at + 2 + length);
    const digits = value.subarray(Math.max(0, value.length - HALF));
    signature.set(digits, end - digits.length);
    at += 2 + length;
  }
  return signature;
}

/** A non-negative INTEGER: no superfluous zeros in front, one where the highest bit would make it negative. */
function integer(digits: Uint8Array): Uint8Array {
  const first = digits.findIndex((byte) => byte !== 0);
  const value = first < 0 ? digits.subarray(HALF - 1) : digits.subarray(first);
  const sign = (value[0] ?? 0) & 0x80 ? [0] : [];
  return concat(Uint8Array.of(INTEGER, value.length + sign.length, ...sign), value);
}
