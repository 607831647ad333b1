import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Image, readEif, writeEif } from './eif.ts';
import { type BootImage, buildBoot, withApplication } from './image.ts';
import { enclaveRoot, sourceRoot } from './lock.ts';

const folder = join(sourceRoot, 'dist', 'enclave');

/**
 * The image that `buildImage` makes, with what boots taken from an earlier build of the same sources: compiling init means unpacking a
 * compiler. For running it here; a release is made from its inputs. Throws EnclaveError.
 */
export async function cachedImage(): Promise<Image> {
  const file = join(folder, `boot-${hashOfSources()}.eif`);
  return withApplication(kept(file) ?? keep(file, await buildBoot()));
}

/** Whatever has a say in it: the lock, init, and what builds. */
function hashOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(['inputs.lock.json', 'init/*.{c,h}', 'src/*.ts'], { cwd: enclaveRoot }).sort();
  for (const name of files.filter((one) => !one.endsWith('.test.ts'))) {
    const content = readFileSync(join(enclaveRoot, name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Null where there is none, or only what is left of one. */
function kept(file: string): BootImage | null {
  try {
    const { ramdisks, ...rest } = readEif(readFileSync(file));
    const [ramdisk] = ramdisks;
    return ramdisk === undefined ? null : { ...rest, ramdisk };
  } catch {
    return null;
  }
}

/** Whole or not at all, in the place of those of other sources. */
function keep(file: string, boot: BootImage): BootImage {
  const { ramdisk, ...rest } = boot;
  mkdirSync(folder, { recursive: true });
  for (const old of globSync('boot-*.eif', { cwd: folder })) rmSync(join(folder, old), { force: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, writeEif({ ...rest, ramdisks: [ramdisk, new Uint8Array()] }));
  renameSync(draft, file);
  return boot;
}
