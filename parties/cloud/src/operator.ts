import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64url, Secret, toBase64url } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import { readSecretFile } from '@symbolon/service';

/** Ed25519 seed, bytes. */
const seedLength = 32;

/**
 * Makes the operator's key (`operator.key`, 0400) where there is none, and writes its public half beside it (`operator.pub`). The
 * cloud's process reads only the public half: the key may be taken to another machine. Returns its file.
 */
export function initialiseOperator(dataDir: string): string {
  const keyFile = join(dataDir, 'operator.key');
  if (!existsSync(keyFile)) {
    using seed = Secret.random(seedLength);
    // Whole or not at all: half a key would block the next start.
    const draft = `${keyFile}.${process.pid}`;
    writeFileSync(draft, seed.expose(), { mode: 0o400, flag: 'wx', flush: true });
    renameSync(draft, keyFile);
  }
  using seed = Secret.take(readSecretFile(keyFile));
  using key = SigningKey.fromSeed(seed);
  writeFileSync(publicFile(dataDir), `${toBase64url(key.publicKey)}\n`);
  return keyFile;
}

/** The public half that lies in the data folder; null where nobody has made one. Throws where it is none. */
export function readOperator(dataDir: string): Uint8Array | null {
  return existsSync(publicFile(dataDir)) ? fromBase64url(readFileSync(publicFile(dataDir), 'utf8').trim()) : null;
}

const publicFile = (dataDir: string) => join(dataDir, 'operator.pub');
