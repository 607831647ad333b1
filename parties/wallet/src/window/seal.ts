/**
 * The seal around what passes through the relay: P-256 ECDH, HKDF-SHA-256 (RFC 5869), AES-256-GCM, all by WebCrypto. The relay's
 * operator knows the channel and sees the wallet's key; the site's key travels in the fragment of this page's address, which no
 * server sees.
 */
export interface Sealed {
  /** `seq` counts from 0 in each direction: each key seals each number once. */
  seal: (seq: number, message: unknown) => Promise<Uint8Array<ArrayBuffer>>;
  /** Throws where the other side did not seal this, for this channel, at this place. */
  open: (seq: number, sealed: Uint8Array<ArrayBuffer>) => Promise<unknown>;
}

/** Bytes of an uncompressed P-256 point. */
export const pointBytes = 65;

const label = 'symbolon/relay/v1';
const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;
const text = new TextEncoder();

/** A fresh key pair that no script can export, and its public half. */
export async function relayKey(): Promise<{ pair: CryptoKeyPair; point: Uint8Array<ArrayBuffer> }> {
  const pair = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
  return { pair, point: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

/**
 * One side's end of a channel. Both directions' keys are HKDF of the shared x, salted with the channel, under the label with the
 * side that seals and both public keys. Throws where `theirs` is not a point of the curve.
 */
export async function sealAs(
  side: 'dapp' | 'wallet',
  channel: string,
  mine: { pair: CryptoKeyPair; point: Uint8Array<ArrayBuffer> },
  theirs: Uint8Array<ArrayBuffer>,
): Promise<Sealed> {
  const public_ = await crypto.subtle.importKey('raw', theirs, curve, false, []);
  const x = await crypto.subtle.deriveBits({ name: 'ECDH', public: public_ }, mine.pair.privateKey, 256);
  const secret = await crypto.subtle.importKey('raw', x, 'HKDF', false, ['deriveKey']);
  const [dapp, wallet] = side === 'dapp' ? [mine.point, theirs] : [theirs, mine.point];
  const keyOf = (from: 'dapp' | 'wallet', use: KeyUsage): Promise<CryptoKey> => {
    const info = new Uint8Array([...text.encode(`${label} ${from}`), ...dapp, ...wallet]);
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt: text.encode(channel), info };
    return crypto.subtle.deriveKey(derivation, secret, { name: 'AES-GCM', length: 256 }, false, [use]);
  };
  const outward = await keyOf(side, 'encrypt');
  const inward = await keyOf(side === 'dapp' ? 'wallet' : 'dapp', 'decrypt');
  return {
    seal: async (seq, message) => {
      const plain = text.encode(JSON.stringify(message));
      return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce(seq) }, outward, plain));
    },
    open: async (seq, sealed) => {
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce(seq) }, inward, sealed);
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain)) as unknown;
    },
  };
}

/** 96 bits, big-endian. */
function nonce(seq: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(12));
  new DataView(bytes.buffer).setUint32(8, seq);
  return bytes;
}
