import { toHex } from '@symbolon/crypto';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import type { Io } from '../io.ts';

export function addReceipts(program: Command, io: Io): void {
  program
    .command('receipts')
    .description(
      "List every release of Key A, as the kms's log has it, after checking that none is missing or changed.",
    )
    .option('--json', 'print a JSON list')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon receipts
  $ symbolon receipts --json

Every signature needs a release, and every release has a number: one that you do not know was asked for by someone else.`,
    )
    .action(async (options: { json?: true }, command: Command) => {
      const { device } = await contextOf(command);
      const { receipts } = await device.client.receipts();
      const rows = receipts.map(({ receipt, hash }) => ({
        number: receipt.number,
        at: new Date(receipt.at).toISOString(),
        kind: receipt.kind,
        device: toHex(receipt.device),
        request: toHex(receipt.rh),
        receipt: toHex(hash),
      }));
      if (options.json) return io.out(JSON.stringify(rows));
      for (const { number, at, kind, device: key, request } of rows) {
        io.out(
          `${String(number).padStart(5)}  ${at}  ${kind.padEnd(7)} device ${key.slice(0, 12)}  request ${request.slice(0, 12)}`,
        );
      }
      io.out(`${rows.length} releases, without a gap.`);
    });
}
