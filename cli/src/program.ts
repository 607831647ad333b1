import { Command } from 'commander';
import { addApps } from './commands/apps.ts';
import { addDevices } from './commands/devices.ts';
import { addDoctor } from './commands/doctor.ts';
import { addKms } from './commands/kms.ts';
import { addPage } from './commands/page.ts';
import { addReceipts } from './commands/receipts.ts';
import { addRotate } from './commands/rotate.ts';
import { addSend } from './commands/send.ts';
import { addSignin } from './commands/signin.ts';
import { addSignMessage } from './commands/signMessage.ts';
import { addSignout } from './commands/signout.ts';
import { addSignTypedData } from './commands/signTypedData.ts';
import { addStatement } from './commands/statement.ts';
import { addUp } from './commands/up.ts';
import { addVerify } from './commands/verify.ts';
import { addWallet } from './commands/wallet.ts';
import { fit } from './fit.ts';
import { defaultHome } from './home.ts';
import type { Io } from './io.ts';
import type { Outcome } from './options.ts';

/** All commands. Throws CommanderError where a line is not understood, after saying why. */
export function createProgram(io: Io, outcome: Outcome): Command {
  const columns = Math.min(Math.max(io.columns ?? 100, 40), 110);
  const program = new Command('symbolon')
    .description(
      'One wallet, whose key no single party holds. This command line is a device of its own: its key lies in a file that only your user can read.',
    )
    .option('--home <dir>', 'the system to use, as `symbolon up` keeps it', process.env.SYMBOLON_HOME ?? defaultHome)
    .option('--device <name>', 'which of the devices kept there', 'cli')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError('(add --help for the whole story)')
    .configureOutput({
      writeOut: (text) => io.out(fit(text.trimEnd(), columns)),
      writeErr: (text) => io.err(text.trimEnd()),
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
    });
  addUp(program);
  addSignin(program, io);
  addSignout(program, io);
  addWallet(program, io);
  addSend(program, io);
  addSignMessage(program, io);
  addSignTypedData(program, io);
  addDevices(program, io);
  addReceipts(program, io);
  addRotate(program, io);
  addVerify(program, io, outcome);
  addStatement(program, io);
  addKms(program, io);
  addApps(program, io);
  addPage(program, io);
  addDoctor(program, io, outcome);
  return program.addHelpText(
    'after',
    `
Begin here:
  $ symbolon up                                 # in one terminal: the whole system on this machine
  $ symbolon signin you@example.com             # in another: the code arrives in the local mailbox page
  $ symbolon wallet create
  $ symbolon send 0x8ba1f109551bD432803012645Ac136ddd64DBA72 0.01ether --wait

Exit codes: 0 done, 1 refused or failed, 2 not understood.

In this repository: npm run -s symbolon -- COMMAND ...`,
  );
}
