import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readOrganisationKey } from '@symbolon/cli';
import { Secret, toBase64url } from '@symbolon/crypto';
import type { SigningKey } from '@symbolon/crypto/native';
import type { Home } from './home.ts';

/** An organisation of the deployment: its name, and its key in a folder of its own. */
export interface Organisation {
  name: string;
  keyFile: string;
}

export function organisationsOf(home: Home): Organisation[] {
  return home.organisations.map((folder) => ({
    name: `development organisation ${basename(folder)}`,
    keyFile: join(folder, 'organisation.key'),
  }));
}

/** Makes a development organisation's key (Ed25519 seed, 32 bytes, 0400) if there is none. Its public half as base64url. */
export function ensureOrganisationKey({ keyFile }: Organisation): string {
  if (!existsSync(keyFile)) {
    using seed = Secret.random(32);
    writeFileSync(keyFile, seed.expose(), { mode: 0o400, flag: 'wx', flush: true });
  }
  using key: SigningKey = readOrganisationKey(keyFile);
  return toBase64url(key.publicKey);
}
