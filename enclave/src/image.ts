import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundleSigner } from './bundle.ts';
import { type Entry, writeCpio } from './cpio.ts';
import type { Image } from './eif.ts';
import { readInstalled, unpackPackages } from './inputs.ts';
import { type Lock, readLock, sourceRoot } from './lock.ts';
import { compileInit, type Machine } from './toolchain.ts';

/** What boots: on the emulator Debian's kernel from the lock, on Nitro the one that AWS gives. */
interface Boot {
  machine: Machine;
  kernel: Uint8Array;
  commandLine: string;
  /** In the order in which they load. */
  modules: readonly { name: string; content: Uint8Array }[];
  /** For people. */
  kernelVersion: string;
}

/** An image before the application: its first ramdisk holds init, the kernel's modules, and the C library that Node is linked to. */
export interface BootImage extends Omit<Image, 'ramdisks'> {
  readonly ramdisk: Uint8Array;
}

/** What AWS gives to build with, by the operator's hand: its kernel, and that kernel's driver of the security module. */
export interface NitroKernel {
  kernel: Uint8Array;
  /** Null where the kernel has it built in. */
  nsmModule: Uint8Array | null;
  version: string;
}

/**
 * What the kernels are told, and measured with: no console, no word, an end at a panic. Entropy of the processor and of the boot loader
 * counts for nothing, since the host gives both; init fetches its own, or refuses.
 */
const told = 'panic=-1 quiet loglevel=0 console=null random.trust_cpu=off random.trust_bootloader=off ipv6.disable=1';

/** Where locked packages are kept between builds. */
const defaultCache = join(sourceRoot, 'dist', 'enclave', 'inputs');

/** The signer's image for the emulator. Throws EnclaveError. */
export const buildImage = async (cache = defaultCache): Promise<Image> => withApplication(await buildBoot(cache));

/** What of the emulator's image comes before the application. Throws EnclaveError. */
export function buildBoot(cache = defaultCache): Promise<BootImage> {
  return assemble(cache, ({ kernel: { package: name, image, modules }, packages }, read) => ({
    machine: 'qemu',
    kernel: read(image),
    commandLine: `${told} module.sig_enforce=1`,
    modules: modules.map((path) => ({ name: basename(path), content: read(path) })),
    kernelVersion: packages[name]?.version ?? '',
  }));
}

/** The same application on AWS's kernel: PCR2 is equal, PCR0 and PCR1 are others. Throws EnclaveError. */
export async function buildNitroImage(given: NitroKernel, cache = defaultCache): Promise<Image> {
  const { kernel, nsmModule, version } = given;
  const boot = await assemble(cache, () => ({
    machine: 'nitro',
    kernel,
    commandLine: `reboot=k pci=off ${told}`,
    modules: nsmModule === null ? [] : [{ name: 'nsm.ko', content: nsmModule }],
    kernelVersion: version,
  }));
  return withApplication(boot);
}

/** What boots, and the application behind it. Throws EnclaveError. */
export async function withApplication({ ramdisk, ...boot }: BootImage): Promise<Image> {
  return { ...boot, ramdisks: [ramdisk, await applicationRamdisk()] };
}

/** PCR2 is this alone (Node, its addons, the signer's bundle): the npm lockfile and this repository decide it. Throws EnclaveError. */
export async function applicationRamdisk(): Promise<Uint8Array> {
  const installed = readLock().npm.map(({ path, to, executable, sha256 }) =>
    file(to, readInstalled(path, sha256), executable),
  );
  return writeCpio([...installed, file('app/signer.mjs', await bundleSigner(), false)]);
}

type Read = (path: string) => Uint8Array;

async function assemble(cache: string, bootOf: (lock: Lock, read: Read) => Boot): Promise<BootImage> {
  const lock = readLock();
  using unpacked = await unpackPackages(lock, cache);
  const read: Read = (path) => readFileSync(join(unpacked.folder, path));
  const boot = bootOf(lock, read);
  const init = await compileInit(unpacked.folder, boot.machine);
  const ramdisk = writeCpio([
    file('init', init, true),
    ...boot.modules.map(({ name, content }, index) => file(`modules/${numbered(index)}-${name}`, content, false)),
    ...lock.runtime.map(({ from, to }) => file(to, read(from), true)),
    ...['dev', 'proc', 'run'].map((path): Entry => ({ path, kind: 'folder' })),
  ]);
  return { kernel: boot.kernel, commandLine: boot.commandLine, ramdisk, metadata: metadataOf(boot) };
}

/** In the form of AWS's own tools. Its time is none: the same inputs make the same file. */
const metadataOf = ({ kernelVersion }: Boot) => ({
  ImageName: 'symbolon-signer',
  ImageVersion: '0.1.0',
  BuildMetadata: {
    BuildTime: '1970-01-01T00:00:00Z',
    BuildTool: 'symbolon enclave:build',
    BuildToolVersion: '0.1.0',
    OperatingSystem: 'Linux',
    KernelVersion: kernelVersion,
  },
  DockerInfo: {},
});

const numbered = (index: number): string => String(index).padStart(2, '0');

const file = (path: string, content: Uint8Array, executable: boolean): Entry => ({
  path,
  kind: 'file',
  content,
  executable,
});
