import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printMeasurement } from '@symbolon/attestation';
import { writeEif } from './eif.ts';
import { EnclaveError } from './error.ts';
import { buildImage, buildNitroImage, type NitroKernel } from './image.ts';
import { sourceRoot } from './lock.ts';
import { measureImage } from './measure.ts';
import { releaseFile } from './release.ts';

const usage = `usage: npm run enclave:build -- [--release] [--nitro-kernel FILE [--nsm-module FILE] [--kernel-version TEXT]]

Builds the signer's enclave image from locked inputs into dist/enclave/, and prints what it measures.

  --release          writes the measurements to enclave/release.json too, where tests and auditors look
  --nitro-kernel     an image for AWS Nitro, with AWS's kernel (bzImage) in the place of Debian's
  --nsm-module       that kernel's nsm.ko, where it is not built in
  --kernel-version   what the image says of that kernel to people
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options === null) {
    process.stderr.write(usage);
    return 2;
  }
  try {
    await build(options);
    return 0;
  } catch (error) {
    if (!(error instanceof EnclaveError)) throw error;
    process.stderr.write(`error: ${error.message} (${error.code})\n  next: ${error.hint}\n`);
    return 1;
  }
}

async function build({ release, nitro }: { release: boolean; nitro: NitroKernel | null }): Promise<void> {
  const folder = join(sourceRoot, 'dist', 'enclave');
  const image = nitro === null ? await buildImage() : await buildNitroImage(nitro);
  const measurements = printMeasurement(measureImage(image));
  const text = `${JSON.stringify(measurements, null, 2)}\n`;
  const suffix = nitro === null ? '' : '-nitro';
  mkdirSync(folder, { recursive: true });
  keep(join(folder, `symbolon-signer${suffix}.eif`), writeEif(image));
  keep(join(folder, `measurements${suffix}.json`), text);
  if (release) keep(releaseFile, text);
  process.stdout.write(`${join(folder, `symbolon-signer${suffix}.eif`)}\n`);
  for (const [name, value] of Object.entries(measurements)) process.stdout.write(`${name.toUpperCase()} ${value}\n`);
}

function optionsOf(args: string[]): { release: boolean; nitro: NitroKernel | null } | null {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args,
      options: { release: { type: 'boolean' }, 'nitro-kernel': text, 'nsm-module': text, 'kernel-version': text },
    });
    const kernelFile = values['nitro-kernel'];
    const moduleFile = values['nsm-module'];
    // A release's measurements are those that anyone can rebuild: AWS's kernel is not among our inputs.
    if (kernelFile === undefined)
      return moduleFile === undefined ? { release: values.release === true, nitro: null } : null;
    if (values.release === true) return null;
    const nsmModule = moduleFile === undefined ? null : readFileSync(moduleFile);
    return {
      release: false,
      nitro: { kernel: readFileSync(kernelFile), nsmModule, version: values['kernel-version'] ?? 'as AWS gives it' },
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

/** Whole or not at all. */
function keep(file: string, content: Uint8Array | string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}
