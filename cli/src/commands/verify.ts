import { recognise } from '@symbolon/attestation';
import type { Command } from 'commander';
import { readAllowed } from '../evidence/allowed.ts';
import { readEvidence, readTime } from '../evidence/inputs.ts';
import { judge } from '../evidence/judge.ts';
import { type Anchors, chooseVerifier } from '../evidence/verifiers.ts';
import { judgementInWords } from '../evidence/words.ts';
import type { Io } from '../io.ts';
import type { Outcome } from '../options.ts';
import { addVerifyPage } from './verifyPage.ts';

interface Options extends Anchors {
  at?: string;
  allow?: string;
  nonce?: string;
  allowDebug?: true;
  allowOutOfDate?: true;
  json?: true;
}

export function addVerify(program: Command, io: Io, outcome: Outcome): void {
  const verify = program
    .command('verify')
    .description('Check for yourself what others only say.')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon verify evidence http://127.0.0.1:4104 --root dev
  $ symbolon verify page http://wallet.localhost:4107`,
    );
  addVerifyPage(verify, io, outcome);
  verify
    .command('evidence')
    .description('Verify evidence: an AWS Nitro attestation document, an Intel SGX or TDX quote, or an ARM PSA token.')
    .argument('<file-or-url>', "evidence, alone or as a signer sends it, or a signer's address; - is standard input")
    .option(
      '--root <root>',
      'aws, intel, dev (the system in --home), or a certificate FILE.pem (default: the maker of the form)',
    )
    .option('--collateral <file>', "for a quote: what Intel says of its platform, as dcap-qvl's JSON")
    .option('--key <file>', "for a PSA token: the device's key, as a JWK")
    .option('--at <time>', 'judge as of this time: ISO 8601, or ms since 1970 (default: now)')
    .option(
      '--allow <file>',
      'JSON: the measurement {pcr0, pcr1, pcr2, configuration?} that is allowed, or a list of them',
    )
    .option(
      '--nonce <hex>',
      'the challenge that it must answer; in a quote, the report data (a live signer is always asked for one)',
    )
    .option('--allow-debug', 'accept debug mode, in which the host reads the enclave')
    .option('--allow-out-of-date', 'accept a platform that its maker calls out of date')
    .option(
      '--json',
      'print {valid, reasons, timestamp, debug, moduleId, pcrs, measurementCompared, kind, fidelity, ...}',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon verify evidence http://127.0.0.1:4104 --root dev
  $ symbolon verify evidence document.cbor --at 2026-01-03T20:41:07Z --allow measurement.json
  $ symbolon verify evidence document.cbor --root my-root.pem --json
  $ symbolon verify evidence tdx_quote --collateral collateral.json --at 2025-06-20T00:00:00Z
  $ symbolon verify evidence token.cbor --key device.jwk.json --nonce 0101...01

Exit code 0 only where the evidence is valid. Without --allow no measurement is compared: the evidence is then genuine, but of
an image that nobody vouched for. The fidelity says what stands behind it: a plain process, an emulated enclave, Nitro hardware,
or hardware whose evidence is verified here but that no image of this system runs on yet.`,
    )
    .action(async (source: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const at = readTime(options.at);
      const given = await readEvidence(source, options.nonce, io);
      // What has none of these forms is refused by the verifier of the first, which says what is wrong with it.
      const chosen = await chooseVerifier(recognise(given.document) ?? 'nitro', options, at);
      const judgement = await judge(given, chosen, {
        at,
        allowed: options.allow === undefined ? null : readAllowed(options.allow),
        allowDebug: options.allowDebug === true,
        allowOutOfDate: options.allowOutOfDate === true,
      });
      outcome.failed = !judgement.valid;
      if (options.json) io.out(JSON.stringify(judgement));
      else for (const line of judgementInWords(judgement, chosen.trust)) io.out(line);
    });
}
