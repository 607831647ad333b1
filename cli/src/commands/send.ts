import { EvmAccount } from '@symbolon/client';
import type { Command } from 'commander';
import { approve, warnOf } from '../account.ts';
import { parseAmount } from '../amount.ts';
import { chainOf, parseRpc } from '../chain.ts';
import { contextOf } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { callData } from '../send/callData.ts';
import { mostOf, requireFunds } from '../send/funds.ts';

interface Options {
  data?: string;
  rpc?: string;
  wait?: true;
  yes?: true;
  json?: true;
}

export function addSend(program: Command, io: Io): void {
  program
    .command('send')
    .description('Send ether, or call a contract: an EIP-1559 transaction, signed through all parties.')
    .argument('<to>', 'address, 0x and 40 hex digits')
    .argument('<amount>', '0.01ether, 5gwei, 100wei; without a unit it is ether')
    .option('--data <hex>', 'what to call at a contract, 0x hex')
    .option('--wait', 'wait until it is in a block')
    .option('--rpc <url>', "the chain's JSON-RPC address (default: the local system's)")
    .option('--yes', 'do not ask again at the terminal')
    .option('--json', 'print {hash, raw, status, blockNumber}; the last two null without --wait')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon send 0x8ba1f109551bD432803012645Ac136ddd64DBA72 0.01ether --wait
  $ symbolon send 0x8ba1f109551bD432803012645Ac136ddd64DBA72 0 --data 0xd0e30db0 --json`,
    )
    .action(async (to: string, amount: string, options: Options, command: Command) => {
      const outgoing = { to, value: parseAmount(amount), data: callData(options.data) };
      const rpc = parseRpc(options.rpc);
      const { home, device } = await contextOf(command);
      const account = new EvmAccount(device.client, chainOf(home, rpc));
      const balance = await account.balance();
      // A chain asked for the gas of a transfer beyond the balance answers in its own words, or not at all.
      await requireFunds(outgoing.value, balance, account);
      const intent = await account.fill(outgoing);
      await requireFunds(mostOf(intent), balance, account);
      await approve(intent, options.yes === true, io);
      const signed = await account.signTransaction(intent);
      warnOf(signed, io);
      await account.broadcast(signed).catch((error: unknown) => {
        io.err('It is signed, and the chain did not take it:');
        throw error;
      });
      const { hashText: hash, raw } = signed;
      const mined = options.wait ? await account.waitForReceipt(hash) : null;
      if (options.json) {
        const blockNumber = mined === null ? null : Number(mined.blockNumber);
        io.out(JSON.stringify({ hash, raw, status: mined?.status ?? null, blockNumber }));
      } else {
        io.out(mined === null ? `Sent: ${hash}` : `Mined in block ${mined.blockNumber}: ${hash}`);
      }
      if (mined?.status === 'reverted') {
        throw new CliError(
          'transaction-reverted',
          'The contract reverted it; the fee is spent.',
          'Check what was called.',
        );
      }
    });
}
