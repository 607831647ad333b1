export { type DeviceHpke, type DeviceRecipient, hpkeX25519, hpkeXWing } from './hpke.ts';
export { generateKey, isValidKey, publicKeyOf, verifyEd25519, verifyEs256, verifySignature } from './keys.ts';
export type { DeviceReplyOpener, DeviceReplySealer } from './reply.ts';
