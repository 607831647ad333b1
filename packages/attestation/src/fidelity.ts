import type { Attested } from './attested.ts';
import { equalBytes } from './bytes.ts';
import { awsNitroRoot } from './nitro/awsRoot.ts';
import type { Attestation } from './nitro/verify.ts';

/**
 * What stands behind verified evidence:
 *
 * - `Nitro hardware`     AWS's own root: the hypervisor keeps the host out
 * - `emulated enclave`   a development root, and by its word an image booted in an emulator: the host reads everything
 * - `plain process`      a development root, and by its word a process like any other
 * - `other root`         a root that this library knows nothing of: what it means, its owner knows
 * - `verification only`  hardware of a kind that this project verifies evidence of, and has no image for yet
 */
export type Fidelity = 'Nitro hardware' | 'emulated enclave' | 'plain process' | 'other root' | 'verification only';

/** The module ids that development security modules put into their documents, to be honest about what they are. */
const DEVELOPMENT: ReadonlyMap<string, Fidelity> = new Map([
  ['symbolon-development-nsm', 'plain process'],
  ['symbolon-emulated-enclave', 'emulated enclave'],
]);

/** The label for evidence that has verified under `roots` (DER), those alone. */
export function fidelityOf(said: Attested | Attestation, roots: readonly Uint8Array[]): Fidelity {
  if (said.kind !== 'nitro') return 'verification only';
  if (roots.length > 0 && roots.every((root) => equalBytes(root, awsNitroRoot))) return 'Nitro hardware';
  return ('moduleId' in said ? DEVELOPMENT.get(said.moduleId) : undefined) ?? 'other root';
}
