export { openAtRest, sealAtRest } from './aead.ts';
export {
  type Ed25519Request,
  publicKeyEd25519,
  SigningKey,
  signEd25519,
  verifyEd25519,
} from './ed25519.ts';
export { hpkeX25519, hpkeXWing, type NativeHpke, type NativeRecipient } from './hpke.ts';
export { hkdfExpand, hkdfExtract } from './kdf.ts';
export { signEs256, verifyEs256 } from './p256.ts';
export type { NativeReplyOpener, NativeReplySealer } from './reply.ts';
export {
  publicKeySecp256k1,
  type RecoverableSignature,
  type Secp256k1Request,
  signSecp256k1,
  verifySecp256k1,
} from './secp256k1.ts';
export type { SequenceSealer } from './sequence.ts';
