import { Secret } from '../secret.ts';
import { expand, extract, HASH_LENGTH } from './hkdf.ts';

/** HKDF-Extract (RFC 5869, 2.2) with SHA-256 over secrets one after another: 32 bytes. They stay the caller's to wipe. */
export function hkdfExtract(salt: Uint8Array, ...secrets: readonly Secret[]): Secret {
  const prk = Secret.alloc(HASH_LENGTH);
  extract(prk.expose(), salt, ...secrets.map((secret) => secret.expose()));
  return prk;
}

/** HKDF-Expand (RFC 5869, 2.3) with SHA-256: `length` bytes, at most 8,160. Throws `length-mismatch` above. */
export function hkdfExpand(prk: Secret, info: Uint8Array, length: number): Secret {
  const okm = Secret.alloc(length);
  expand(okm.expose(), prk.expose(), info);
  return okm;
}
