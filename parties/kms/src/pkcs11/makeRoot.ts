import type { VaultName } from '@symbolon/protocol';
import { explainedVault } from './explain.ts';
import { loadPkcs11 } from './load.ts';
import { vaultErrorOf } from './reasons.ts';
import type { RootPlace } from './settings.ts';
import { Token } from './token.ts';

/**
 * Makes the root in the token unless it stands there. The PIN is wiped. Blocks until the HSM is done: for a program that does
 * nothing else. Throws ConfigError `vault`.
 */
export async function makeRoot(place: RootPlace, pin: Uint8Array): Promise<VaultName & { made: boolean }> {
  const module = await loadPkcs11();
  try {
    using token = Token.login(module, place, pin, 'make');
    const standing = token.findRoot(place.keyLabel);
    if (standing === null) token.makeRoot(place.keyLabel);
    const root = standing ?? token.findRoot(place.keyLabel);
    if (root === null) throw new Error('the token does not show the key that it just made');
    return { kind: 'pkcs11', identity: root.identity, made: standing === null };
  } catch (error) {
    throw explainedVault(vaultErrorOf(error));
  }
}
