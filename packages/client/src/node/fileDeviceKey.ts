import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { concat, fromBase64url } from '@symbolon/crypto';
import { signEs256 } from '@symbolon/crypto/native';
import type { DeviceKey } from '../deviceKey.ts';
import { ClientError } from '../errors.ts';
import { isMissing } from './fileStorage.ts';

/**
 * A device key in a file of 0600 (PKCS #8, PEM), made on first use. Whoever reads the file is this device: nothing like a
 * browser's key that cannot be exported, and whoever uses it should be told. Throws ClientError `storage-corrupt`.
 */
export async function fileDeviceKey(path: string): Promise<DeviceKey> {
  return deviceKeyOf((await read(path)) ?? (await make(path)));
}

/** A key that ends with the process: for load and tests. */
export function ephemeralDeviceKey(): DeviceKey {
  return deviceKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}

function deviceKeyOf(key: KeyObject): DeviceKey {
  const { x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    point: concat(fromBase64url(x), fromBase64url(y)),
    sign: async (message) => new Uint8Array(signEs256(key, message)),
  };
}

async function read(path: string): Promise<KeyObject | null> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) throw unusable(path, 'is open to other users', `chmod 600 ${path}`);
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch (error) {
    if (isMissing(error)) return null;
    if (error instanceof ClientError) throw error;
  }
  throw unusable(path, 'is not a P-256 key', 'Move it away: the device then makes a new key and has to be enrolled.');
}

/** Written whole beside its place and linked there: two that race end with one key, and a crash leaves none or a whole one. */
async function make(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const beside = `${path}.${randomUUID()}.new`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(beside, path);
    return privateKey;
  } catch (error) {
    const other = await read(path);
    if (other === null) throw error;
    return other;
  } finally {
    await rm(beside, { force: true });
  }
}

function unusable(path: string, what: string, hint: string): ClientError {
  return new ClientError('storage-corrupt', `The device key ${path} ${what}.`, { hint });
}
