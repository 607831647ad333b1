import { messageFromJson } from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';
import type { Command } from 'commander';
import { approve, signatureText, warnOf } from '../account.ts';
import { contextOf } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';
import { addressesOf } from '../wallet.ts';

interface Options {
  hex?: string;
  yes?: true;
  json?: true;
}

export function addSignMessage(program: Command, io: Io): void {
  program
    .command('sign-message')
    .description('Sign a message (EIP-191, personal_sign): text, or bytes given as hex.')
    .argument('[text]')
    .option('--hex <bytes>', 'the bytes of the message, 0x hex, instead of text')
    .option('--yes', 'do not ask again at the terminal')
    .option('--json', 'print {address, message, signature}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon sign-message "I agree"
  $ symbolon sign-message --hex 0xdeadbeef --json`,
    )
    .action(async (text: string | undefined, options: Options, command: Command) => {
      const intent = messageFromJson(messageOf(text, options.hex));
      const { device } = await contextOf(command);
      await approve(intent, options.yes === true, io);
      const signed = await device.client.sign(intent);
      warnOf(signed, io);
      const signature = signatureText(signed);
      if (!options.json) return io.out(signature);
      const message = intent.type === 'evm-message' ? `0x${toHex(intent.message)}` : null;
      const address = addressesOf((await device.client.wallet()).deed.keys).evm;
      io.out(JSON.stringify({ address, message, signature }));
    });
}

function messageOf(text: string | undefined, hex: string | undefined): string | { raw: string } {
  if (hex === undefined && text !== undefined) return text;
  if (hex !== undefined && text === undefined) return { raw: hex };
  throw new CliError('message-unclear', 'One message is signed at a time.', 'Give either TEXT or --hex 0x...');
}
