import { createSecretKey, hkdfSync, type KeyObject, randomFillSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readSecretFile } from '@symbolon/service';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

export interface IssuerKeys {
  /** Private JWK set, the first key signs. A JWK because that is the one form the OIDC library takes. */
  jwks: { keys: Record<string, unknown>[] };
  cookieKeys: Buffer[];
  /** MACs one-time codes, so that a copy of the database does not yield the codes by trying a million. */
  codeKey: KeyObject;
  /** Pseudonyms for mailboxes and networks in the rate-limit tables. */
  pseudonymKey: KeyObject;
}

/** Loads this issuer's keys from `dataDir`, making each on first start (files of mode 0400). */
export async function loadKeys(dataDir: string): Promise<IssuerKeys> {
  const signing = await loadOrMake(join(dataDir, 'signing-key.json'), makeSigningKeys);
  const root = await loadOrMake(join(dataDir, 'root-secret'), makeRootSecret);
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', root, '', `symbolon issuer ${purpose}`, 32));
  try {
    return {
      jwks: JSON.parse(new TextDecoder().decode(signing)),
      cookieKeys: [derive('cookies')],
      codeKey: createSecretKey(derive('codes')),
      pseudonymKey: createSecretKey(derive('pseudonyms')),
    };
  } finally {
    root.fill(0);
    signing.fill(0);
  }
}

async function makeRootSecret(): Promise<Uint8Array> {
  return randomFillSync(new Uint8Array(new ArrayBuffer(32)));
}

async function makeSigningKeys(): Promise<Uint8Array> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return Buffer.from(`${JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] })}\n`);
}

async function loadOrMake(path: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  if (!existsSync(path)) {
    const made = await make();
    writeOnce(path, made);
    made.fill(0);
  }
  return readSecretFile(path);
}

/** A crash leaves no file or a whole one; a second process starting at the same time cannot replace the first's key. */
function writeOnce(path: string, bytes: Uint8Array): void {
  const draft = `${path}.${process.pid}.new`;
  const file = openSync(draft, 'w', 0o400);
  try {
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
}
