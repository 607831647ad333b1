import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDevelopmentRoot, type Identity, ownCertificate } from '@symbolon/attestation/develop';

const KEY_FILE = 'root.key';

/** Beside the key, for verifiers to pin: DER. */
export const CERTIFICATE_FILE = 'root.der';

/**
 * The development root kept in `directory`: made at the first call, the same ever after. The folder is 0700 and the key
 * 0400; anything more open is refused, since whoever reads this key can pose as the signer of the whole deployment.
 */
export function openRoot(directory: string): Identity {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  requirePrivate(directory);
  if (!existsSync(join(directory, KEY_FILE))) create(directory);
  requirePrivate(join(directory, KEY_FILE));
  const privateKey = readKey(join(directory, KEY_FILE));
  const certificate = new Uint8Array(readFileSync(join(directory, CERTIFICATE_FILE)));
  if (!new X509Certificate(certificate).checkPrivateKey(privateKey)) {
    throw new Error(`${CERTIFICATE_FILE} and ${KEY_FILE} in ${directory} do not belong together`);
  }
  return { privateKey, chain: [certificate] };
}

/** The key's rename comes last: without it, a half-made root is simply made again. */
function create(directory: string): void {
  const root = createDevelopmentRoot();
  const der = root.privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    writeDurably(join(directory, CERTIFICATE_FILE), ownCertificate(root), 0o644);
    writeDurably(join(directory, KEY_FILE), der, 0o400);
  } finally {
    der.fill(0);
  }
}

function writeDurably(path: string, bytes: Uint8Array, mode: number): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, bytes, { mode, flag: 'wx', flush: true });
  renameSync(temporary, path);
}

function readKey(path: string): KeyObject {
  const der = readFileSync(path);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

function requirePrivate(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${path} can be read by others: chmod go= it`);
}
