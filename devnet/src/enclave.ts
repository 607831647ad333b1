import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Measurement, printMeasurement } from '@symbolon/attestation';
import { measureSigner } from '@symbolon/dev-nsm';
import { cachedImage, hostProgram, measureImage, writeEif } from '@symbolon/enclave';
import { type Home, nsmSocket, writeJson } from './home.ts';
import { type Program, sourceRoot } from './parties.ts';
import type { Ports } from './ports.ts';

/** What the signer runs in: a process like the others, or its image in an emulated machine. */
export type SignerIn = 'process' | 'enclave';

/**
 * Makes ready what the signer runs in, from its source as it lies here, and measures that. The image is the home's own: built anew for
 * another system, it must not change under one that runs. Throws EnclaveError.
 */
export async function prepareSigner(home: Home, signer: SignerIn): Promise<Measurement> {
  if (signer === 'process') return measureSigner(sourceRoot);
  const image = await cachedImage();
  const measurement = measureImage(image);
  writeFileSync(imageFile(home), writeEif(image), { mode: 0o600 });
  writeJson(bootedFile(home), printMeasurement(measurement));
  return measurement;
}

/** How the security module is told of an image that is booted. */
export const bootedFile = (home: Home): string => join(home.devNsm, 'booted.json');

/** What the host of the signer's machine reads, again on SIGHUP. */
export const hostFile = (home: Home): string => join(home.signer, 'host.json');

/** The host of the signer's machine, in the signer's place. */
export function enclaveHost(home: Home, ports: Ports, origins: readonly string[]): Program {
  const file = hostFile(home);
  writeJson(file, {
    image: imageFile(home),
    port: ports.signer,
    deploymentFile: join(home.signer, 'deployment.json'),
    nsmSocket: nsmSocket(home),
    origins,
  });
  return { script: hostProgram, args: [file] };
}

const imageFile = (home: Home): string => join(home.signer, 'symbolon-signer.eif');
