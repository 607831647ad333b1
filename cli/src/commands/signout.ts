import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Io } from '../io.ts';

export function addSignout(program: Command, io: Io): void {
  program
    .command('signout')
    .description('End the sign-in on this device. The device key stays, and is still enrolled.')
    .addHelpText(
      'after',
      '\nExample:\n  $ symbolon signout\n\nTo shut a device out for ever: symbolon devices revoke CHECK',
    )
    .action(async (_options: unknown, command: Command) => {
      const { device } = await contextOf(command);
      await device.session.end();
      io.out('Signed out.');
    });
}
