import { type Curve, creationDigest, curvesOf, type Deed, type Signatures } from '@symbolon/protocol';
import type { Device } from './device.ts';
import { ClientError } from './errors.ts';

const none = new Uint8Array();

/**
 * Every key of the deed has signed, through the whole path: it shows that the stored shares make the wallet (law 7). ed25519 signs
 * the bytes, secp256k1 their SHA-256. Throws ClientError `signature-invalid`.
 */
export function requireKeySignatures(
  device: Device,
  deed: Deed,
  signatures: Signatures,
  bytesOf: (curve: Curve) => Uint8Array,
): void {
  for (const curve of curvesOf(deed.keys)) {
    const bytes = bytesOf(curve);
    const signed = curve === 'secp256k1' ? creationDigest(bytes) : bytes;
    if (device.crypto.verifySignature(curve, deed.keys[curve] ?? none, signed, signatures[curve] ?? none)) continue;
    throw new ClientError('signature-invalid', `The shares do not make the ${curve} key.`, { party: 'signer' });
  }
}
