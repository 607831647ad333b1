/** The curves of wallet keys. A key is 32 bytes on either: a scalar on secp256k1, a seed (RFC 8032) on ed25519. */
export type Curve = 'secp256k1' | 'ed25519';

/** Bytes of a wallet key on any curve. */
export const KEY_LENGTH = 32;
