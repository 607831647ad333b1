import { existsSync } from 'node:fs';
import { fromHex } from '@symbolon/crypto';
import { CliError } from '../errors.ts';

/**
 * The hash of a release of the wallet's page: given in hex, or measured from a folder whose every file is what its manifest says.
 * Throws CliError `release-unclear`, BuildError `release-damaged`.
 */
export async function readReleaseHash(release: string): Promise<Uint8Array> {
  if (/^[0-9a-f]{64}$/.test(release)) return fromHex(release);
  if (existsSync(release)) {
    // Only here: with it comes the bundler, for which no other command should wait.
    const { readRelease } = await import('@symbolon/wallet/build');
    return readRelease(release).hash;
  }
  const hint = 'Give its 64 hex digits, or the folder that `symbolon page build` wrote.';
  throw new CliError('release-unclear', `${release} is neither a hash nor a folder.`, hint);
}
