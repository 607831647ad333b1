import { sha256, toBase64url, utf8 } from '@symbolon/crypto';

/** The JWK of a P-256 point (X || Y, 64 bytes), members in RFC 7638 order. */
export function jwkOf(point: Uint8Array): { crv: 'P-256'; kty: 'EC'; x: string; y: string } {
  return { crv: 'P-256', kty: 'EC', x: toBase64url(point.subarray(0, 32)), y: toBase64url(point.subarray(32)) };
}

/** RFC 7638 SHA-256 thumbprint of a device key (P-256 X || Y, 64 bytes): 32 bytes. Its base64url is the token's nonce. */
export function thumbprint(point: Uint8Array): Uint8Array {
  return sha256(utf8(JSON.stringify(jwkOf(point))));
}

/**
 * Short text by which a person compares one key on two screens: the mail of the kms and the new device show the same.
 * Twelve characters of base 32 without look-alikes, 60 bits: too many for an attacker to make a key that shows the same.
 */
export function keyCheck(point: Uint8Array): string {
  const alphabet = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  const print = thumbprint(point);
  const letters = Array.from(print.subarray(0, 12), (byte) => alphabet[byte & 31]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}
