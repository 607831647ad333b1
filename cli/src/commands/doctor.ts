import type { Command } from 'commander';
import { examineDevice } from '../doctor/device.ts';
import type { Finding } from '../doctor/findings.ts';
import { examineIssuer, examineLocal, examineParty } from '../doctor/parties.ts';
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
      else for (const finding of findings) for (const line of linesOf(finding)) io.out(line);
    });
}

async function examine({ deployment, running, device }: Home): Promise<Finding[]> {
  const found = await Promise.all([
    ...deployment.issuers.map(({ url }) => examineIssuer(url)),
    examineParty('kms', deployment),
    examineParty('cloud', deployment),
    examineParty('signer', deployment),
    ...(running === null ? [] : [examineLocal('chain', running.chain), examineLocal('mailbox', running.mailbox)]),
    examineTrust(deployment),
  ]);
  return [...found.flat(), ...examineDevice(device)];
}

function linesOf({ about, state, says, next }: Finding): string[] {
  return [`${marks[state]}  ${about.padEnd(18)} ${says}`, ...(next === undefined ? [] : [`      next: ${next}`])];
}
