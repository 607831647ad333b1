import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Io } from '../io.ts';
import { addressesOf, addressLines } from '../wallet.ts';

export function addRotate(program: Command, io: Io): void {
  program
    .command('rotate')
    .description(
      "Give the wallet's key new shares at both stores. The address stays; what was taken of the old ones is worth nothing.",
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon rotate

Do this whenever you suspect that somebody saw a share. Nobody sees the key for it, and nothing leaves the stores: each turns its
own half, a signer checks that the new halves make the same key, and only then the old ones are destroyed.`,
    )
    .action(async (options: { json?: true }, command: Command) => {
      const { device } = await contextOf(command);
      const before = (await device.client.wallet()).record.epoch;
      const { deed, record } = await device.client.rotate();
      const addresses = addressesOf(deed.keys);
      if (options.json) return io.out(JSON.stringify({ ...addresses, from: before, epoch: record.epoch }));
      io.out(`New shares: epoch ${record.epoch} in place of ${before}.`);
      for (const line of addressLines(addresses)) io.out(line);
    });
}
