import { type Bytes, concatBytes } from './bytes.ts';
import { DerReader, Tag, unsigned } from './der.ts';

export type Curve = 'P-256' | 'P-384' | 'P-521';
export type Hash = 'SHA-256' | 'SHA-384' | 'SHA-512';

export interface PublicKey {
  readonly curve: Curve;
  /** Uncompressed point: 0x04, x, y. */
  readonly point: Bytes;
}

export const COORDINATE_BYTES = { 'P-256': 32, 'P-384': 48, 'P-521': 66 } as const satisfies Record<Curve, number>;

/** Verifies r || s, each as long as a coordinate. False too where the point is not on its curve. */
export async function verifyEcdsa(key: PublicKey, hash: Hash, signature: Bytes, message: Bytes): Promise<boolean> {
  const { subtle } = globalThis.crypto;
  const algorithm = { name: 'ECDSA', namedCurve: key.curve };
  const imported = await subtle.importKey('raw', key.point, algorithm, false, ['verify']).catch(() => null);
  return imported !== null && subtle.verify({ name: 'ECDSA', hash }, imported, signature, message);
}

/** What X.509 signs: certificates and revocation lists. */
export interface Signed {
  /** The signed part, raw. */
  readonly tbs: Bytes;
  readonly hash: Hash;
  /** Ecdsa-Sig-Value, DER. */
  readonly signature: Bytes;
}

export async function verifySigned(key: PublicKey, { tbs, hash, signature }: Signed): Promise<boolean> {
  const raw = rawSignature(signature, key.curve);
  return raw !== null && (await verifyEcdsa(key, hash, raw, tbs));
}

/** Ecdsa-Sig-Value (RFC 3279 2.2.3) as the r || s that WebCrypto takes; null where r or s is longer than the curve. */
export function rawSignature(der: Bytes, curve: Curve): Bytes | null {
  const size = COORDINATE_BYTES[curve];
  const outer = new DerReader(der);
  const pair = outer.enter(Tag.sequence);
  outer.end();
  const r = unsigned(pair.next(Tag.integer));
  const s = unsigned(pair.next(Tag.integer));
  pair.end();
  if (r.length > size || s.length > size) return null;
  return concatBytes(new Uint8Array(size - r.length), r, new Uint8Array(size - s.length), s);
}
