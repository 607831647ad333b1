/**
 * The seal around messages that pass through the relay: P-256 ECDH, HKDF-SHA-256 (RFC 5869), AES-256-GCM, all by WebCrypto.
 * The relay's operator knows the channel, but not the dApp's public key: that travels in the fragment of the window's URL
 * alone, so whoever did not get that URL can neither read a message nor make one that opens.
 */
export type Side = 'dapp' | 'wallet';

const label = 'symbolon/relay/v1';
const curve = { name: 'ECDH', namedCurve: 'P-256' };

/** Bytes of an uncompressed P-256 point. */
export const publicKeyBytes = 65;

/** One side's end: seals in its own direction, opens in the other. `seq` counts from 0 in each direction. */
export interface Sealed {
  seal: (seq: number, message: unknown) => Promise<Uint8Array>;
  /** Throws where it was not sealed by the other side, for this channel, at this place. */
  open: (seq: number, sealed: Uint8Array<ArrayBuffer>) => Promise<unknown>;
}

/** A fresh, non-extractable key pair for one channel. */
export function generateSealKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(curve, false, ['deriveBits']);
}

/** 65 bytes. */
export async function exportSealKey(key: CryptoKey): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.exportKey('raw', key));
}

/**
 * The keys of both directions: HKDF with the shared point's x as key material, the channel as salt, and
 * `symbolon/relay/v1 SIDE` + the dApp's key + the wallet's key as info. Throws where `theirs` is not a point of the curve.
 */
export async function sealBetween(
  side: Side,
  channel: string,
  mine: CryptoKeyPair,
  theirs: Uint8Array<ArrayBuffer>,
): Promise<Sealed> {
  const text = new TextEncoder();
  const publicKey = await crypto.subtle.importKey('raw', theirs, curve, false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, mine.privateKey, 256);
  const secret = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const own = await exportSealKey(mine.publicKey);
  const [dapp, wallet] = side === 'dapp' ? [own, theirs] : [theirs, own];
  const direction = (from: Side, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
    crypto.subtle.deriveKey(
      {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: text.encode(channel),
        info: new Uint8Array([...text.encode(`${label} ${from}`), ...dapp, ...wallet]),
      },
      secret,
      { name: 'AES-GCM', length: 256 },
      false,
      [use],
    );
  const outward = await direction(side, 'encrypt');
  const inward = await direction(side === 'dapp' ? 'wallet' : 'dapp', 'decrypt');
  return {
    async seal(seq, message) {
      const bytes = text.encode(JSON.stringify(message));
      return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce(seq) }, outward, bytes));
    },
    async open(seq, sealed) {
      const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce(seq) }, inward, sealed);
      return JSON.parse(new TextDecoder().decode(bytes));
    },
  };
}

/** 96 bits, big-endian: each key seals each number once. */
function nonce(seq: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setUint32(8, seq);
  return bytes;
}
