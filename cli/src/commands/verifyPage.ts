import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { readHome } from '../home.ts';
import type { Io } from '../io.ts';
import type { Common, Outcome } from '../options.ts';
import { inspectPage } from '../page/inspect.ts';
import { reportInWords } from '../page/words.ts';
import { nativeChecks } from '../statements/checks.ts';
import { fetchStatements } from '../statements/log.ts';
import { readReleaseHash } from '../statements/release.ts';

interface Options extends Common {
  release?: string;
  json?: true;
}

/** `symbolon verify page`. */
export function addVerifyPage(verify: Command, io: Io, outcome: Outcome): void {
  verify
    .command('page')
    .description(
      "Compare what a server delivers with the wallet's published release, file by file and header by header.",
    )
    .argument('<url>', "the wallet's address")
    .option('--release <release>', 'what it should be: the folder of your own build, or a hash')
    .option('--json', 'print {url, release, valid, findings, notProven}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon verify page http://wallet.localhost:4107
  $ symbolon page build --config page.json --out page/ && symbolon verify page https://wallet.example --release page/

Roots and organisations are those of the deployment file in --home; the statements are read from its kms and verified here.
Exit code 0 only where everything is right.`,
    )
    .action(async (address: string, _options: unknown, command: Command) => {
      const { home, device, release, json } = command.optsWithGlobals<Options>();
      const { deployment } = readHome(home, device);
      const report = await inspectPage(urlOf(address), {
        deployment,
        statements: await fetchStatements(deployment, nativeChecks),
        own: release === undefined ? null : await readReleaseHash(release),
        now: Date.now(),
      });
      outcome.failed = !report.valid;
      if (json) io.out(JSON.stringify(report));
      else for (const line of reportInWords(report)) io.out(line);
    });
}

function urlOf(address: string): URL {
  const url = URL.parse(address);
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new CliError('address-invalid', `"${address}" is no web address.`, 'Write it like https://wallet.example');
}
