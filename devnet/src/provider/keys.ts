import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeJson } from '../home.ts';

interface Keys {
  jwk: Record<string, unknown>;
  /** Base64url; signs cookies. */
  cookies: string;
}

/** The provider's RSA key and cookie key, made once, in `keys.json` (0600) of the folder. */
export function loadKeys(folder: string): Keys {
  const file = join(folder, 'keys.json');
  const kept = readJson(file) as Keys | null;
  if (kept !== null) return kept;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const keys: Keys = {
    jwk: { ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: randomBytes(8).toString('hex') },
    cookies: randomBytes(32).toString('base64url'),
  };
  writeJson(file, keys);
  return keys;
}
