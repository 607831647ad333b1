import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EnclaveError } from './error.ts';

/** One emulated machine: what it boots, and the sockets of its host. No path in it may hold a space or a comma. */
export interface MachineSetting {
  readonly kernelFile: string;
  readonly ramdiskFile: string;
  readonly commandLine: string;
  /** Where devices reach the signer: 127.0.0.1 and this port. */
  readonly port: number;
  /** Unix sockets: the relay, the security module, and the two files of the signer's configuration. */
  readonly relay: string;
  readonly nsm: string;
  readonly config: string;
  readonly deployment: string;
  /** QEMU's own options beside these: a test's clock, its starved entropy, its monitor. None in real use. */
  readonly extra?: readonly string[];
  /** Instead of this machine's generator: a test's. */
  readonly entropy?: readonly string[];
}

/** A machine that runs, or ran. */
export interface Machine {
  readonly pid: number;
  /** Resolves when it has ended, with the reason in words. */
  readonly ended: Promise<string>;
  kill(): Promise<void>;
}

/** Runs a program that is killed when its parent ends, however that one ends. */
const dyingWithUs = 'setpriv';

/** Why init ended the machine: its numbers, in words (init.h). */
const reasons: Record<number, string> = {
  1: 'its file systems could not be mounted',
  2: 'a kernel module did not load',
  3: 'its network did not come up',
  4: 'the host gave it no entropy',
  5: 'the host gave it no configuration',
  6: 'its relay could not listen',
  7: 'the signer could not be started',
  8: 'the signer ended',
};

/**
 * Boots a machine with no disk, no console and no network but its request port, the relay, the security module and its
 * configuration. It dies with the process that booted it. Throws EnclaveError `tool-missing`.
 */
export async function bootMachine(setting: MachineSetting): Promise<Machine> {
  for (const program of [dyingWithUs, 'qemu-system-x86_64', 'socat']) requireProgram(program);
  const args = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...qemuArguments(setting)];
  const child = spawn(dyingWithUs, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH } });
  const ended = endOf(child);
  const { pid } = child;
  if (pid === undefined) throw new EnclaveError('emulator', `QEMU cannot be run: ${await ended}.`, 'Try again.');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { pid, ended, kill };
}

function requireProgram(name: string): void {
  if ((process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))) return;
  const hint = 'apt-get install qemu-system-x86 socat util-linux';
  throw new EnclaveError('tool-missing', `${name} is not installed: no enclave can be run here.`, hint);
}

/** Whether this machine's processor can run the guest by itself: a software KVM opens, and cannot boot a stock kernel. */
function hasKvm(): boolean {
  if (!['kvm_intel', 'kvm_amd'].some((module) => existsSync(`/sys/module/${module}`))) return false;
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function qemuArguments(setting: MachineSetting): string[] {
  const kvm = hasKvm();
  const { entropy = ['-object', 'rng-random,id=entropy,filename=/dev/urandom'], extra = [] } = setting;
  return [
    ...words('-M microvm,acpi=on,rtc=on,pit=on,pic=on,isa-serial=off'),
    ...words(kvm ? '-accel kvm -cpu host' : '-accel tcg -cpu max'),
    ...words('-smp 1 -m 448M -nodefaults -no-user-config -display none -no-reboot -sandbox on,obsolete=deny'),
    ...words(`-kernel ${setting.kernelFile} -initrd ${setting.ramdiskFile}`),
    '-append',
    kvm ? setting.commandLine : `${setting.commandLine} ${clockArguments()}`,
    // Through this port init tells a number when it ends the machine.
    ...words('-device isa-debug-exit,iobase=0xf4,iosize=1'),
    ...(entropy.length === 0 ? [] : [...entropy, '-device', 'virtio-rng-device,rng=entropy']),
    '-netdev',
    network(setting),
    ...words('-device virtio-net-device,netdev=network'),
    ...extra,
  ];
}

const words = (text: string): string[] => text.split(' ');

/**
 * Without these an emulated machine now and then hangs while it measures its clock, and they must name the host's true rate. They are
 * the only words that are added to the measured command line.
 */
function clockArguments(): string {
  const megahertz = /^cpu MHz\s*:\s*([\d.]+)/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  return `tsc=reliable tsc_early_khz=${Math.round(Number(megahertz ?? 0) * 1_000)}`;
}

/** `restrict` refuses every way but those named here: a program started for each connection, to a socket of the host's. */
function network({ port, relay, nsm, config, deployment }: MachineSetting): string {
  const ways: [guestPort: number, socket: string][] = [
    [9_000, relay],
    [9_001, nsm],
    [9_002, config],
    [9_003, deployment],
  ];
  // What socat has to say must not get into what it carries: its standard error leads into the guest too.
  return [
    'user,id=network,restrict=on,ipv6=off',
    `hostfwd=tcp:127.0.0.1:${port}-:8080`,
    ...ways.map(
      ([guestPort, socket]) => `guestfwd=tcp:10.0.2.100:${guestPort}-cmd:socat -lf /dev/null - UNIX-CONNECT:${socket}`,
    ),
  ].join(',');
}

/** An end by itself has code 0 when the kernel or PID 1 gave up, and an odd one with init's number in it. */
async function endOf(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let said = '';
  child.stderr?.on('data', (part: Buffer) => {
    said = `${said}${part.toString()}`.slice(-500);
  });
  child.once('error', (error) => resolve(error.message));
  child.once('close', (code, signal) => {
    const words = said.trim() === '' ? '' : `: ${said.trim()}`;
    if (signal !== null) resolve(`it was ended by ${signal}${words}`);
    else if (code === 0) resolve('its kernel gave up, or ended by itself');
    else resolve(reasons[((code ?? 1) - 1) / 2] ?? `QEMU ended with code ${code}${words}`);
  });
  return promise;
}
