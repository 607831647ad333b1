import type { Command } from 'commander';
import { examineDevice } from '../doctor/device.ts';
import type { Finding } from '../doctor/findings.ts';
import { examineIssuer, examineLocal, examineParty } from '../doctor/parties.ts';
import { explainSilence } from '../doctor/silence.ts';
import { examineTrust } from '../doctor/trust.ts';
import { type Home, readHome } from '../home.ts';
import type { Io } from '../io.ts';
import type { Common, Outcome } from '../options.ts';

const marks = { good: 'ok  ', note: 'note', bad: 'BAD ' };

export function addDoctor(program: Command, io: Io, outcome: Outcome): void {
  program
    .command('doctor')
    .description('Look at everything from here: what is reachable, which clocks disagree, what is trusted and why.')
    .option('--json', 'print a JSON list of {about, state, says, next}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon doctor
  $ symbolon doctor --json

Exit code 0 where everything works; "note" marks what works and should be known, "BAD" what does not work.`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { home, device, json } = command.optsWithGlobals<Common & { json?: true }>();
      const findings = await examine(readHome(home, device));
      outcome.failed = findings.some(({ state }) => state === 'bad');
      if (json) io.out(JSON.stringify(findings));
      else for (const line of inLines(findings)) io.out(line);
    });
}

async function examine(home: Home): Promise<Finding[]> {
  const { deployment, running, device } = home;
  const [answers, trust] = await Promise.all([
    Promise.all([
      ...deployment.issuers.map(({ url }) => examineIssuer(url)),
      examineParty('kms', deployment),
      examineParty('cloud', deployment),
      examineParty('signer', deployment),
      ...(running === null ? [] : [examineLocal('chain', running.chain), examineLocal('mailbox', running.mailbox)]),
    ]),
    examineTrust(deployment),
  ]);
  return [...explainSilence(answers.flat(), home), ...trust, ...examineDevice(device)];
}

/** What several of them have as their next step is said once, below the last. */
function inLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ about, state, says, next }, index) => [
    `${marks[state]}  ${about.padEnd(18)} ${says}`,
    ...(next === undefined || next === findings[index + 1]?.next ? [] : [`      next: ${next}`]),
  ]);
}
