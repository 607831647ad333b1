import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { DeviceKey } from '@symbolon/client';
import { fromBase64url } from '@symbolon/crypto';
import { signEs256 } from '@symbolon/crypto/native';

/** A device key of this process alone, over native code. */
export function nativeDeviceKey(): DeviceKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { point: pointOf(publicKey), sign: async (message) => signEs256(privateKey, message) };
}

/** P-256 X || Y, 64 bytes. */
export function pointOf(publicKey: KeyObject): Uint8Array {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = new Uint8Array(64);
  point.set(fromBase64url(x), 0);
  point.set(fromBase64url(y), 32);
  return point;
}
