import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { toHex } from '@symbolon/crypto';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';

/** `symbolon page`. */
export function addPage(program: Command, io: Io): void {
  const page = program
    .command('page')
    .description("The wallet's page: build a release, and measure one.")
    .addHelpText(
      'after',
      `
How a release comes about:
  $ symbolon page build --config page.json --out page/
  $ symbolon page measure page/                            # each organisation, of its own build
  $ symbolon statement new --allow-page page/ --out next.json`,
    );
  page
    .command('build')
    .description('Build the page for a deployment. The same source and configuration give the same bytes everywhere.')
    .requiredOption(
      '--config <file>',
      'JSON {deployment: its file, issuers: [{url, name, kind, connect?}], chains: [{chainId, name, rpcUrl, explorerUrl, currency}]}',
    )
    .requiredOption('--out <dir>', 'where to write it; what is there is replaced')
    .addHelpText('after', '\nExample:\n  $ symbolon page build --config page.json --out page/')
    .action(async (options: { config: string; out: string }) => {
      const { buildPage } = await bundler();
      const { hash, files } = await buildPage({ input: readInput(options.config), out: options.out });
      io.err(`${files.size} files in ${options.out}`);
      io.out(toHex(hash));
    });
  page
    .command('measure')
    .description('Check that every file is what the manifest says, and print the hash that a statement names.')
    .argument('<dir>', 'a folder that `page build` wrote')
    .addHelpText('after', '\nExample:\n  $ symbolon page measure page/')
    .action(async (dir: string) => {
      const { readRelease } = await bundler();
      io.out(toHex(readRelease(dir).hash));
    });
}

/** Loaded when it is needed: no other command should wait for it. */
const bundler = () => import('@symbolon/wallet/build');

/** The configuration, its deployment file read in. Throws CliError `page-config`. */
function readInput(path: string): unknown {
  const input = readJson(path);
  if (typeof input !== 'object' || input === null || !('deployment' in input)) return input;
  const { deployment } = input;
  if (typeof deployment !== 'string') return input;
  return { ...input, deployment: readJson(resolve(dirname(path), deployment)) };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    const hint = '`symbolon page build --help` says what it should hold.';
    throw new CliError('page-config', `${path} cannot be read as JSON.`, hint);
  }
}
