import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of the machine's own that npm cannot bring, with what does not run where one is missing. */
const tools = {
  chromium: {
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debian: 'chromium',
    runs: "the wallet's page and the dApps, in a real browser",
  },
  qemu: { commands: ['qemu-system-x86_64'], debian: 'qemu-system-x86', runs: 'the signer inside an emulated enclave' },
  socat: { commands: ['socat'], debian: 'socat', runs: "the enclave's way to the kms" },
  softhsm: { commands: ['softhsm2-util'], debian: 'softhsm2', runs: 'the kms on an HSM' },
  'p11-kit': { commands: ['p11-kit'], debian: 'p11-kit', runs: 'the kms on an HSM behind a socket' },
} as const;

export type ToolName = keyof typeof tools;

/** Absolute path of an installed tool. Throws with what to install, and for what: a test that needs it must fail, not be skipped. */
export function toolPath(name: ToolName): string {
  const found = find(name);
  if (found === null) throw new Error(missing(name));
  return found;
}

/**
 * Installs what is missing where that needs nobody's leave (root, with apt-get), and says what it does; else says what will not
 * run, and how to change that. @returns those still missing
 */
export function ensureTools(): ToolName[] {
  const absent = () => (Object.keys(tools) as ToolName[]).filter((name) => find(name) === null);
  const before = absent();
  if (before.length === 0) return [];
  const packages = before.map((name) => tools[name].debian);
  if (process.getuid?.() === 0 && onPath('apt-get') !== null) {
    console.log(`Missing here: ${before.join(', ')}. Installing by apt-get: ${packages.join(' ')}`);
    aptGet(['update']);
    aptGet(['install', '--yes', '--no-install-recommends', ...packages]);
  }
  const still = absent();
  for (const name of still) console.error(missing(name));
  return still;
}

function aptGet(args: string[]): void {
  const { status } = spawnSync('apt-get', ['--quiet', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) console.error(`apt-get ${args[0]} failed`);
}

function missing(name: ToolName): string {
  const { commands, debian, runs } = tools[name];
  return `${commands[0]} is not installed; without it nothing runs of ${runs}. On Debian and Ubuntu: sudo apt-get install ${debian}`;
}

function find(name: ToolName): string | null {
  for (const command of tools[name].commands) {
    const path = onPath(command);
    if (path !== null) return path;
  }
  return null;
}

function onPath(command: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const path = folders.map((folder) => join(folder, command)).find((candidate) => existsSync(candidate));
  if (path === undefined) return null;
  accessSync(path, constants.X_OK);
  return path;
}
