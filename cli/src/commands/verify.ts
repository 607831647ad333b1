import type { Command } from 'commander';
import { type Anchor, readAllowed, readAnchor, readEvidence, readTime } from '../evidence/inputs.ts';
import { type Judgement, judge } from '../evidence/judge.ts';
import { judgementInWords } from '../evidence/words.ts';
import type { Io } from '../io.ts';
import type { Common, Outcome } from '../options.ts';

interface Options extends Common {
  root: string;
  at?: string;
  allow?: string;
  allowDebug?: true;
  json?: true;
}

export function addVerify(program: Command, io: Io, outcome: Outcome): void {
  const verify = program.command('verify').description('Check for yourself what others only say.');
  verify
    .command('evidence')
    .description("Verify a signer's evidence: an attestation document of the AWS Nitro form.")
    .argument('<file-or-url>', "a document, evidence as a signer sends it, or a signer's address; - is standard input")
    .option('--root <root>', 'aws, dev (the root of the system in --home), or a certificate FILE.pem', 'aws')
    .option('--at <time>', 'judge as of this time: ISO 8601, or ms since 1970 (default: now)')
    .option('--allow <file>', 'JSON: the measurement {pcr0, pcr1, pcr2} that is allowed, or a list of them')
    .option('--allow-debug', 'accept debug mode, in which the host reads the enclave')
    .option('--json', 'print {valid, reasons, timestamp, debug, moduleId, pcrs, measurementCompared}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon verify evidence http://127.0.0.1:4104 --root dev
  $ symbolon verify evidence document.cbor --at 2026-01-03T20:41:07Z --allow measurement.json
  $ symbolon verify evidence document.cbor --root my-root.pem --json

Exit code 0 only where the evidence is valid. Without --allow no measurement is compared: the document is then genuine and
fresh, but of an image that nobody vouched for.`,
    )
    .action(async (source: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const judgement = await judgementOf(source, options, io);
      outcome.failed = !judgement.valid;
      if (options.json) io.out(JSON.stringify(judgement));
      else for (const line of judgementInWords(judgement, options.root)) io.out(line);
    });
}

async function judgementOf(source: string, options: Options, io: Io): Promise<Judgement> {
  const anchor: Anchor = readAnchor(options.root, options);
  const evidence = await readEvidence(source, io);
  return judge(evidence, {
    roots: anchor.roots,
    at: readTime(options.at),
    allowed: options.allow === undefined ? null : readAllowed(options.allow),
    allowDebug: options.allowDebug === true,
  });
}
