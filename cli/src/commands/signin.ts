import { type CodeRequest, signInByEmail } from '@symbolon/client/node';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { watchMailbox } from '../mailbox.ts';

export function addSignin(program: Command, io: Io): void {
  program
    .command('signin')
    .description('Sign in on this device by a code that is mailed to you. Makes the device key the first time.')
    .argument('<email>')
    .option('--from-mailbox', 'take the code from the local mailbox of a development system')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon signin you@example.com                    # asks for the code
  $ symbolon signin you@example.com --from-mailbox
  $ symbolon signin you@example.com --device phone     # as another device

The sign-in lasts: short-lived tokens are renewed by themselves until \`symbolon signout\`.`,
    )
    .action(async (email: string, options: { fromMailbox?: true }, command: Command) => {
      const { home, device } = await contextOf(command);
      const mailbox = home.running?.mailbox;
      if (options.fromMailbox && mailbox === undefined) {
        throw new CliError('no-mailbox', 'No local mailbox runs.', 'Start the system with `symbolon up`.');
      }
      const fromMailbox = mailbox === undefined ? null : await watchMailbox(mailbox, email, 6);
      const readCode = async ({ problem, triesLeft }: CodeRequest) => {
        if (problem !== null) io.err(`${problem} Tries left: ${triesLeft}.`);
        else if (options.fromMailbox && fromMailbox !== null) return fromMailbox();
        if (mailbox !== undefined) io.err(`The local mailbox is at ${mailbox}`);
        return io.ask(`Code mailed to ${email}: `);
      };
      await signInByEmail({ session: device.session, email, readCode });
      const says = device.isNew ? 'A device key was made' : 'The device key lies';
      io.err(`${says} in ${device.keyFile}: whoever reads that file is this device.`);
      const opened = await device.client.open();
      io.out(`Signed in as ${email}.`);
      if (opened.status === 'none') io.out('No wallet yet: symbolon wallet create');
      if (opened.status === 'not-enrolled') {
        io.out('There is a wallet, and this device is not in it yet: symbolon devices request --help');
      }
    });
}
