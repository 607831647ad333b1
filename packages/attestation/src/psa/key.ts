import { fromBase64 } from '../base64.ts';
import type { Bytes } from '../bytes.ts';
import { COORDINATE_BYTES, type Curve, type Hash, type PublicKey } from '../ecdsa.ts';
import { refuse } from '../error.ts';

/** An initial attestation key, as its verifier got to know it beforehand, with the COSE algorithm it is for (RFC 9053). */
export type PsaKey =
  | { readonly cose: 'sign1'; readonly algorithm: number; readonly hash: Hash; readonly key: PublicKey }
  | { readonly cose: 'mac0'; readonly algorithm: number; readonly key: CryptoKey };

const ECDSA: Record<Curve, { algorithm: number; hash: Hash }> = {
  'P-256': { algorithm: -7, hash: 'SHA-256' },
  'P-384': { algorithm: -35, hash: 'SHA-384' },
  'P-521': { algorithm: -36, hash: 'SHA-512' },
};
const HMAC = new Map<unknown, { algorithm: number; leastBytes: number; hash: Hash }>([
  ['HS256', { algorithm: 5, leastBytes: 32, hash: 'SHA-256' }],
  ['HS384', { algorithm: 6, leastBytes: 48, hash: 'SHA-384' }],
  ['HS512', { algorithm: 7, leastBytes: 64, hash: 'SHA-512' }],
]);

/**
 * Reads a key in JWK form (RFC 7517): `EC` on P-256, P-384 or P-521, of which the private part is not looked at, or `oct` with
 * an `alg` of HS256, HS384 or HS512. Throws `malformed`, or `algorithm` for a key of any other kind.
 */
export async function parsePsaKey(text: string): Promise<PsaKey> {
  const jwk = fieldsOf(text);
  if (jwk.get('kty') === 'EC') return publicKey(jwk);
  if (jwk.get('kty') === 'oct') return secretKey(jwk);
  return refuse('algorithm', 'a key that is neither EC nor oct');
}

function publicKey(jwk: ReadonlyMap<string, unknown>): PsaKey {
  const curve = Object.keys(ECDSA).find((name): name is Curve => name === jwk.get('crv'));
  if (curve === undefined) return refuse('algorithm', 'a key on another curve');
  const [x, y] = [base64url(jwk.get('x')), base64url(jwk.get('y'))];
  const length = COORDINATE_BYTES[curve];
  if (x.length !== length || y.length !== length) return malformed();
  return { cose: 'sign1', ...ECDSA[curve], key: { curve, point: Uint8Array.of(0x04, ...x, ...y) } };
}

async function secretKey(jwk: ReadonlyMap<string, unknown>): Promise<PsaKey> {
  const found = HMAC.get(jwk.get('alg'));
  if (found === undefined) return refuse('algorithm', 'a secret key without an alg of HS256, HS384 or HS512');
  const { hash, algorithm, leastBytes } = found;
  const secret = base64url(jwk.get('k'));
  // RFC 2104 3: shorter than the hash, it would be weaker than the tag looks.
  if (secret.length < leastBytes) return malformed();
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['verify']);
  return { cose: 'mac0', algorithm, key };
}

function fieldsOf(text: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : malformed();
  } catch {
    return malformed();
  }
}

function base64url(value: unknown): Bytes {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]+$/.test(value) || value.length % 4 === 1) return malformed();
  return fromBase64(value.replaceAll('-', '+').replaceAll('_', '/'));
}

function malformed(): never {
  return refuse('malformed', 'not a key in JWK form');
}
