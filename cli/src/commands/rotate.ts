import { toHex } from '@symbolon/crypto';
import type { Command } from 'commander';
import { warnOf } from '../account.ts';
import { contextOf } from '../context.ts';
import type { Io } from '../io.ts';
import { addressesOf, addressLines } from '../wallet.ts';

export function addRotate(program: Command, io: Io): void {
  program
    .command('rotate')
    .description(
      "Give the wallet's key new shares at both stores. The address stays; what was taken of the old ones is worth nothing.",
    )
    .option('--json', 'print {wallet, addresses, from, epoch}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon rotate
  $ symbolon wallet show                                # says which epoch the shares are of, and since when
  $ symbolon rotate --json

Do this whenever you suspect that somebody saw a share. Nobody sees the key for it, and nothing leaves the stores: each turns its
own half, a signer checks that the new halves make the same key, and only then the old ones are destroyed.`,
    )
    .action(async (options: { json?: true }, command: Command) => {
      const { device } = await contextOf(command);
      const before = (await device.client.wallet()).record.epoch;
      const { wallet, alarm } = await device.client.rotate();
      const { deed, record } = wallet;
      const addresses = addressesOf(deed.keys);
      if (options.json)
        io.out(JSON.stringify({ wallet: toHex(wallet.id), addresses, from: before, epoch: record.epoch }));
      else
        for (const line of [`New shares: epoch ${record.epoch} in place of ${before}.`, ...addressLines(addresses)])
          io.out(line);
      warnOf({ alarm }, io);
    });
}
