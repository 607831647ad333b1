import { createHash } from 'node:crypto';
import type { Measurement } from '@symbolon/attestation';
import type { Image } from './eif.ts';

/**
 * What the hardware measures when it boots an image: PCR0 all that runs, PCR1 what boots (kernel, command line, first ramdisk),
 * PCR2 the application (the other ramdisks). Metadata and checksum are measured by nobody. 48 bytes each.
 */
export function measureImage({ kernel, commandLine, ramdisks }: Image): Measurement {
  const boot = [kernel, Buffer.from(commandLine), ...ramdisks.slice(0, 1)];
  const application = ramdisks.slice(1);
  return { pcr0: extend([...boot, ...application]), pcr1: extend(boot), pcr2: extend(application) };
}

/** A register that began as zeros and was extended once: SHA384(0^48 || SHA384(parts)). */
function extend(parts: readonly Uint8Array[]): Uint8Array {
  const inner = createHash('sha384');
  for (const part of parts) inner.update(part);
  const register = createHash('sha384').update(new Uint8Array(48)).update(inner.digest());
  return new Uint8Array(register.digest());
}
