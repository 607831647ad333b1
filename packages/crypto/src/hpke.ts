import type { Secret } from './secret.ts';

/** A key encapsulation mechanism of HPKE (RFC 9180 section 4); lengths in bytes. */
export interface HpkeKem {
  readonly name: 'x25519' | 'x-wing';
  /** As registered with IANA, HPKE KEM Identifiers. */
  readonly id: number;
  readonly publicKeyLength: number;
  /** The private key in its serialised form: for X-Wing the seed everything else is expanded from. */
  readonly seedLength: number;
  readonly encLength: number;
}

/** DHKEM(X25519, HKDF-SHA256), RFC 9180 section 7.1. */
export const KEM_X25519: HpkeKem = { name: 'x25519', id: 0x0020, publicKeyLength: 32, seedLength: 32, encLength: 32 };

/** X-Wing = ML-KEM-768 + X25519, hybrid post-quantum (draft-connolly-cfrg-xwing-kem). */
export const KEM_X_WING: HpkeKem = {
  name: 'x-wing',
  id: 0x647a,
  publicKeyLength: 1216,
  seedLength: 32,
  encLength: 1120,
};

/** HKDF-SHA256 (RFC 9180 section 7.2). */
export const KDF_HKDF_SHA256 = 0x0001;
/** ChaCha20-Poly1305 (RFC 9180 section 7.3). */
export const AEAD_CHACHA20_POLY1305 = 0x0003;

/** Bytes that the AEAD adds to a plaintext. */
export const TAG_LENGTH = 16;

/** Exporter context of the reply key (RFC 9180 section 5.3, used as in RFC 9458 section 4.4). */
export const REPLY_EXPORT_CONTEXT = 'symbolon reply';
/** Bytes of the random nonce that opens every reply, so that a replayed request gets another key. */
export const REPLY_NONCE_LENGTH = 16;

type Awaitable<T> = T | Promise<T>;

/** The opening side's half of the reply key: seals one reply, then is wiped. */
export interface ReplySealer extends Disposable {
  /** responseNonce || ciphertext || tag. Throws `reply-used` the second time. */
  sealReply(aad: Uint8Array, plaintext: Uint8Array): Awaitable<Uint8Array>;
}

/** The sealing side's half of the reply key: opens one reply, good or bad, then is wiped. */
export interface ReplyOpener extends Disposable {
  /** Throws `open-failed` for anything but the reply to this very request, `reply-used` the second time. */
  openReply(aad: Uint8Array, reply: Uint8Array): Awaitable<Secret>;
}

export interface SealedMessage {
  /** enc || ciphertext || tag. */
  readonly sealed: Uint8Array;
  readonly reply: ReplyOpener;
}

export interface OpenedMessage {
  readonly plaintext: Secret;
  readonly reply: ReplySealer;
}

/** A private key that opens. Wiped when disposed. */
export interface HpkeRecipient extends Disposable {
  readonly publicKey: Uint8Array;
  /** Throws `open-failed`, whatever the reason. */
  open(sealed: Uint8Array, info: Uint8Array, aad: Uint8Array): Awaitable<OpenedMessage>;
}

/**
 * HPKE in base mode, one message a context, with HKDF-SHA256 and ChaCha20-Poly1305 over one KEM. The native side answers at
 * once, the device's side with a promise.
 */
export interface Hpke {
  readonly kem: HpkeKem;
  /** Throws `invalid-key` if `publicKey` is not one of this KEM. */
  seal(publicKey: Uint8Array, info: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Awaitable<SealedMessage>;
  generate(): Awaitable<HpkeRecipient>;
  /** The recipient of a serialised private key; reads the seed, does not take it over. Throws `invalid-key`. */
  fromSeed(seed: Secret): Awaitable<HpkeRecipient>;
}
