import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { addRotateAll } from './kmsRotation.ts';

interface InitOptions {
  dataDir: string;
  pkcs11?: string;
  token?: string;
  slot?: string;
  keyLabel?: string;
  pinFile?: string;
}

/** `symbolon kms`: for whoever runs a kms, on its own machine. */
export function addKms(program: Command, io: Io): void {
  const kms = program
    .command('kms')
    .description('For whoever runs a key manager: its keys, the vault that guards Key A, and rotations of everyone.')
    .addHelpText(
      'after',
      `
How a kms comes to use an HSM:
  $ symbolon kms init --data-dir data --pkcs11 /usr/lib/softhsm/libsofthsm2.so --token kms --key-label symbolon-root
  $ symbolon kms move config.json       # one that kept its keys elsewhere: docs/operations.md`,
    );
  kms
    .command('init')
    .description("Make the kms's own keys, and its vault's root in an HSM; print public halves and the vault's name.")
    .requiredOption('--data-dir <dir>', 'where its keys lie, readable by its owner alone')
    .option('--pkcs11 <library>', "the PKCS#11 library of the HSM's maker; without it the root is a file")
    .option('--token <label>', 'the token by its label')
    .option('--slot <number>', 'or by its slot')
    .option('--key-label <label>', 'the label of the root')
    .option('--pin-file <file>', "the user's PIN, readable by its owner alone; without it, it is asked for")
    .addHelpText(
      'after',
      '\nExample:\n  $ symbolon kms init --data-dir data --pkcs11 /usr/lib/softhsm/libsofthsm2.so --token kms --key-label symbolon-root',
    )
    .action(async (options: InitOptions) => init(options, io));
  kms
    .command('move')
    .description(
      'Move every key to the vault that the organisations named, while the kms runs. Again after any interruption.',
    )
    .argument('<config>', "the running kms's configuration, with `moveTo`")
    .addHelpText('after', '\nExample:\n  $ symbolon kms move config.json')
    .action(async (config: string) => {
      await runKms('move.ts', [config], null);
    });
  addRotateAll(kms, io);
}

async function init(options: InitOptions, io: Io): Promise<void> {
  const { dataDir, pkcs11, token, slot, keyLabel, pinFile } = options;
  const given = {
    '--pkcs11': pkcs11,
    '--token': token,
    '--slot': slot,
    '--key-label': keyLabel,
    '--pin-file': pinFile,
  };
  const more = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  const pin = pkcs11 !== undefined && pinFile === undefined ? await io.askHidden('PIN of the token: ') : null;
  await runKms('init.ts', ['--data-dir', dataDir, ...more], pin);
}

/** One of the kms's own programs, in a process of its own. The PIN goes there by a pipe, and is wiped here. */
async function runKms(script: string, args: readonly string[], pin: Uint8Array | null): Promise<void> {
  const path = join(import.meta.dirname, '..', '..', '..', 'parties', 'kms', 'src', script);
  const child = spawn(process.execPath, [path, ...args], {
    stdio: [pin === null ? 'ignore' : 'pipe', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(pin, () => pin?.fill(0));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new CliError('kms-failed', 'It was not done.', 'Its own words stand above.');
}
