import { readFileSync } from 'node:fs';
import { parseJsonStrict, typedDataFromJson } from '@symbolon/chains/evm';
import type { Command } from 'commander';
import { approve, signatureText, warnOf } from '../account.ts';
import { contextOf } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { addressesOf } from '../wallet.ts';

export function addSignTypedData(program: Command, io: Io): void {
  program
    .command('sign-typed-data')
    .description('Sign typed data (EIP-712, eth_signTypedData_v4) from a JSON file.')
    .argument('<file>', '{types, primaryType, domain, message}; - is standard input')
    .option('--yes', 'do not ask again at the terminal')
    .option('--json', 'print {address, signature}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon sign-typed-data permit.json
  $ cat permit.json | symbolon sign-typed-data - --json`,
    )
    .action(async (file: string, options: { yes?: true; json?: true }, command: Command) => {
      const text = file === '-' ? new TextDecoder().decode(await io.inputBytes()) : readText(file);
      const intent = typedDataFromJson(parseJsonStrict(text));
      const { device } = await contextOf(command);
      await approve(intent, options.yes === true, io);
      const signed = await device.client.sign(intent);
      warnOf(signed, io);
      const signature = signatureText(signed);
      if (!options.json) return io.out(signature);
      const address = addressesOf((await device.client.wallet()).deed.keys).evm;
      io.out(JSON.stringify({ address, signature }));
    });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CliError('file-unreadable', `${file} cannot be read.`, 'Check its name, and that it may be read.');
  }
}
