/** A device's key: P-256. Only its owner signs with it, and nothing here can read its private half. */
export interface DeviceKey {
  /** X || Y, 64 bytes. */
  readonly point: Uint8Array;
  /** ES256 (RFC 7518, 3.4): r || s, 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Where a browser keeps key pairs that cannot be exported: structured clones, not bytes. */
export interface KeyPairStorage {
  get(): Promise<CryptoKeyPair | null>;
  /** Keeps `pair` unless there is one; resolves with the one that is kept. */
  add(pair: CryptoKeyPair): Promise<CryptoKeyPair>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const es256 = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A WebCrypto key that no script can export, made on first use. Two tabs that race get the same one. */
export async function webCryptoDeviceKey(storage: KeyPairStorage): Promise<DeviceKey> {
  const { publicKey, privateKey } =
    (await storage.get()) ?? (await storage.add(await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])));
  // SEC 1 uncompressed: 04 || X || Y.
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  return {
    point: raw.slice(1),
    sign: async (message) =>
      new Uint8Array(await crypto.subtle.sign(es256, privateKey, message as Uint8Array<ArrayBuffer>)),
  };
}
