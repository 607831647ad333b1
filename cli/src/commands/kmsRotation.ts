import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  addressOf,
  openStatement,
  paths,
  type RotationReport,
  rotationReportStatement,
  signedCodec,
} from '@symbolon/protocol';
import { readBytes } from '@symbolon/verify';
import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { readHome } from '../home.ts';
import type { Io } from '../io.ts';
import type { Common } from '../options.ts';

/** `symbolon kms rotate-all`: what the kms says of a rotation that organisations ordered. */
export function addRotateAll(kms: Command, io: Io): void {
  kms
    .command('rotate-all')
    .description('How far a rotation of every wallet is, verified.')
    .argument('<number>', 'of the statement that ordered it')
    .option('--json', 'print {number, state, rotated, left, first, last}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon statement new --rotate-all --rate 500 --out next.json    # then sign and submit it
  $ symbolon kms rotate-all 2
  $ symbolon statement new --pause-rotation 2                         # and --resume-rotation 2`,
    )
    .action(async (number: string, _options: unknown, command: Command) => {
      const { json, home, device } = command.optsWithGlobals<Common & { json?: true }>();
      const { deployment } = readHome(home, device);
      const report = await fetchReport(deployment.kms, deployment.id, number);
      if (json) {
        const { state, rotated, left, first, last } = report;
        io.out(JSON.stringify({ number: report.number, state, rotated, left, first, last }));
      } else for (const line of inWords(report)) io.out(line);
    });
}

async function fetchReport(kms: { url: string; signing: Uint8Array }, deployment: string, number: string) {
  const address = `${addressOf(kms.url, paths.rotationReport)}?number=${encodeURIComponent(number)}`;
  const response = await fetch(address, { signal: AbortSignal.timeout(10_000) }).catch(() => null);
  const signed = response?.ok ? signedCodec.decode(await readBytes(response, 32_768)) : null;
  const report = signed && openStatement(rotationReportStatement, signed, kms.signing, verifyEd25519);
  if (report?.deployment === deployment && report.number === Number(number)) return report;
  throw new CliError(
    'party-unreachable',
    'The kms gave no report that it signed.',
    'Check the number, and run `symbolon doctor`.',
  );
}

function inWords({ number, state, rotated, left, first, last }: RotationReport): string[] {
  const time = (at: number | null) => (at === null ? '-' : new Date(at).toISOString());
  return [
    `Rotation of statement ${number}: ${state}`,
    `  turned  ${rotated}`,
    `  left    ${left}`,
    `  first   ${time(first)}`,
    `  last    ${time(last)}`,
  ];
}
