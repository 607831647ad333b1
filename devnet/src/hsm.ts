import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SoftHsm } from '../../parties/kms/src/pkcs11/softHsm.ts';
import { DevnetError } from './errors.ts';
import type { Home } from './home.ts';

/** The HSM of a local kms. */
export type KmsHsm = SoftHsm;

const deadlineMs = 30_000;

/** The HSM of this home's kms, or null. One that exists keeps what it was made with: keys do not change their vault by an option. */
export function hsmOf(home: Home, wanted: 'embedded' | 'softhsm', exists: boolean): KmsHsm | null {
  const folder = join(home.kms, 'hsm');
  return existsSync(folder) || (wanted === 'softhsm' && !exists) ? softHsmAt(folder) : null;
}

function softHsmAt(folder: string): SoftHsm {
  try {
    return new SoftHsm(folder);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new DevnetError('party-failed', said, 'Install it, or leave the vault embedded.');
  }
}

/** Waits until the kms has reached its vault: it serves before. Throws DevnetError `party-failed`. */
export async function vaultUp(url: string): Promise<void> {
  const late = Date.now() + deadlineMs;
  for (;;) {
    const { status } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    if (status === 200) return;
    if (Date.now() > late)
      throw new DevnetError(
        'party-failed',
        'The kms does not reach its vault.',
        'Its log, logs/kms.log of the home, says why.',
      );
    await sleep(50);
  }
}
