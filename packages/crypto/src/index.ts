export { concat, equal, fromBase64url, fromHex, offHeap, sha256, toBase64url, toHex, utf8 } from './bytes.ts';
export { type Curve, KEY_LENGTH } from './curve.ts';
export { CryptoError, type CryptoErrorCode } from './errors.ts';
export {
  type Hpke,
  type HpkeKem,
  type HpkeRecipient,
  KEM_X_WING,
  KEM_X25519,
  type OpenedMessage,
  type ReplyOpener,
  type ReplySealer,
  type SealedMessage,
} from './hpke.ts';
export { Secret } from './secret.ts';
export { join, split, xorInto } from './split.ts';
