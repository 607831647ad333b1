import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { EnclaveError } from './error.ts';
import { enclaveRoot } from './lock.ts';

const run = promisify(execFile);

/** What init is compiled from; the last is the machine it is for. */
const common = ['init.c', 'boot.c', 'entropy.c', 'sockets.c', 'relay.c'];
const machines = { qemu: ['machine_qemu.c'], nitro: ['nsm.c', 'machine_nitro.c'] } as const;
export type Machine = keyof typeof machines;

/** PID 1 for a machine: a static ELF binary. Throws EnclaveError `build-failed`. */
export const compileInit = (unpacked: string, machine: Machine): Promise<Uint8Array> =>
  compile(unpacked, [...common, ...machines[machine]]);

/**
 * Compiles C sources of `enclave/init` into a static binary with the locked compiler, assembler, linker and C library, each run by its own
 * loader on its own libraries: nothing of this machine's toolchain has a say. Throws EnclaveError `build-failed`.
 */
export async function compile(
  unpacked: string,
  sources: readonly string[],
  linkerOptions: readonly string[] = [],
): Promise<Uint8Array> {
  const work = mkdtempSync(join(unpacked, 'init-'));
  try {
    const objects: string[] = [];
    for (const source of sources) {
      const assembly = join(work, `${basename(source, '.c')}.s`);
      const object = join(work, `${basename(source, '.c')}.o`);
      await tool(unpacked, 'usr/lib/gcc/x86_64-linux-gnu/12/cc1', [
        ...compilerOptions(unpacked),
        source,
        '-o',
        assembly,
      ]);
      await tool(unpacked, 'usr/bin/x86_64-linux-gnu-as', ['--64', '-o', object, assembly]);
      objects.push(object);
    }
    const binary = join(work, 'binary');
    const linking = [...linkerOptions, ...linkerArguments(unpacked, objects, binary)];
    await tool(unpacked, 'usr/bin/x86_64-linux-gnu-ld.bfd', linking);
    return readFileSync(binary);
  } finally {
    rmSync(work, { recursive: true });
  }
}

const compilerOptions = (unpacked: string): string[] => [
  '-quiet',
  '-nostdinc',
  ...['usr/lib/gcc/x86_64-linux-gnu/12/include', 'usr/include/x86_64-linux-gnu', 'usr/include'].flatMap((folder) => [
    '-isystem',
    join(unpacked, folder),
  ]),
  '-imultiarch',
  'x86_64-linux-gnu',
  ...'-std=gnu17 -Os -march=x86-64 -fno-pie -fstack-protector-strong -fcf-protection'.split(' '),
  ...'-Wall -Wextra -Werror'.split(' '),
];

function linkerArguments(unpacked: string, objects: readonly string[], output: string): string[] {
  const library = (name: string) => join(unpacked, 'usr/lib/x86_64-linux-gnu', name);
  const compiler = (name: string) => join(unpacked, 'usr/lib/gcc/x86_64-linux-gnu/12', name);
  return [
    ...'-static --strip-all --build-id=none --hash-style=gnu -m elf_x86_64 -z noexecstack -z relro'.split(' '),
    '-o',
    output,
    library('crt1.o'),
    library('crti.o'),
    compiler('crtbeginT.o'),
    ...objects,
    '--start-group',
    compiler('libgcc.a'),
    compiler('libgcc_eh.a'),
    library('libc.a'),
    '--end-group',
    compiler('crtend.o'),
    library('crtn.o'),
  ];
}

/** In init's folder, so that no path of this machine gets into what it makes. */
async function tool(unpacked: string, program: string, args: readonly string[]): Promise<void> {
  const at = (path: string) => join(unpacked, path);
  const libraries = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'].map(at).join(':');
  const loader = [at('lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'), '--library-path', libraries, at(program)] as const;
  const [command, ...before] = loader;
  try {
    await run(command, [...before, ...args], { cwd: join(enclaveRoot, 'init'), env: { LC_ALL: 'C' } });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new EnclaveError('build-failed', `${basename(program)} failed: ${said}`, 'Correct enclave/init.');
  }
}
