import { readFileSync } from 'node:fs';
import { epochSince, type Opened } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import { type Command, Option } from 'commander';
import { warnOf } from '../account.ts';
import { formatEther } from '../amount.ts';
import { chainOf } from '../chain.ts';
import { contextOf } from '../context.ts';
import { CliError } from '../errors.ts';
import type { Home } from '../home.ts';
import type { Io } from '../io.ts';
import { readKey } from '../keyText.ts';
import { type Addresses, addressesOf, addressLines } from '../wallet.ts';

interface Options {
  json?: true;
  curve: 'secp256k1' | 'ed25519';
  file?: string;
}

export function addWallet(program: Command, io: Io): void {
  const wallet = program
    .command('wallet')
    .description('Create, import and show your wallet: one per person, whatever the number of devices.')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon wallet create
  $ symbolon wallet import --file key.hex
  $ symbolon wallet show`,
    );
  wallet
    .command('create')
    .description(
      'Create a wallet. Its key is made here, split, and forgotten here; the address is shown once it works.',
    )
    .option('--json', 'print {wallet, addresses, created}')
    .addHelpText(
      'after',
      '\nExample:\n  $ symbolon wallet create\n\nSign in first: creating needs a sign-in of the last minutes.',
    )
    .action(async (options: Options, command: Command) => {
      const { device } = await contextOf(command);
      const { wallet: made, alarm, created } = await device.client.create();
      const addresses = addressesOf(made.deed.keys);
      if (options.json) io.out(JSON.stringify({ wallet: toHex(made.id), addresses, created }));
      else
        for (const line of [created ? 'Created.' : 'There was one already.', ...addressLines(addresses)]) io.out(line);
      warnOf({ alarm }, io);
    });
  wallet
    .command('import')
    .description('Make a wallet of a private key that you have. The key is split, and recorded as imported.')
    .addOption(
      new Option('--curve <curve>', 'what the key is for').choices(['secp256k1', 'ed25519']).default('secp256k1'),
    )
    .option('--file <file>', 'read the key from this file (hex, or 32 bytes); - is standard input')
    .option('--json', 'print {wallet, addresses, created}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon wallet import                              # asks for the key without showing it
  $ symbolon wallet import --file key.hex
  $ pass show old-wallet | symbolon wallet import --file -

A key is never taken as an argument: those are visible to every user of this machine, and stay in the shell's history.`,
    )
    // Commander's own complaint would repeat the key.
    .allowExcessArguments()
    .action(async (options: Options, command: Command) => {
      if (command.args.length > 0) {
        command.error('error: a key is never taken as an argument. If that was one, it is in the shell history now.');
      }
      const { device } = await contextOf(command);
      using key = readKey(await keyBytes(options.file, io));
      const { wallet: made, alarm } = await device.client.importKey(options.curve, key);
      const addresses = addressesOf(made.deed.keys);
      if (options.json) io.out(JSON.stringify({ wallet: toHex(made.id), addresses, created: true }));
      else
        for (const line of ['Imported. Whoever had the key before still has it.', ...addressLines(addresses)])
          io.out(line);
      warnOf({ alarm }, io);
    });
  wallet
    .command('show')
    .description('Show addresses, balance and devices, after verifying the record that kms and cloud keep.')
    .option('--json', 'print {wallet, status, addresses, balanceWei, made, epoch, devices}')
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon wallet show
  $ symbolon wallet show --json

The epoch counts the pairs of shares that the key has had: 1 from its creation, one more with each \`symbolon rotate\`.`,
    )
    .action(async (options: Options, command: Command) => {
      const { home, device } = await contextOf(command);
      const opened = await device.client.open();
      if (opened.status === 'none') {
        throw new CliError('no-wallet', 'There is no wallet yet.', 'Create one: symbolon wallet create');
      }
      const addresses = addressesOf(opened.wallet.deed.keys);
      const balance = await balanceOf(home, addresses);
      if (options.json) io.out(JSON.stringify(asJson(opened, addresses, balance)));
      else for (const line of inWords(opened, addresses, balance)) io.out(line);
      io.err(`This device's key lies in ${device.keyFile}: whoever reads that file is this device.`);
    });
}

type Found = Exclude<Opened, { status: 'none' }>;

function asJson({ status, wallet }: Found, addresses: Addresses, balance: bigint | null) {
  const { made, devices } = wallet.deed;
  return {
    wallet: toHex(wallet.id),
    status,
    addresses,
    balanceWei: balance?.toString() ?? null,
    made,
    epoch: { number: wallet.record.epoch, since: epochSince(wallet) },
    devices: devices.map(({ name, how, added }) => ({ name, how, added })),
  };
}

function inWords(opened: Found, addresses: Addresses, balance: bigint | null): string[] {
  const { deed, id } = opened.wallet;
  const lines = [
    ...addressLines(addresses),
    ...(balance === null ? [] : [`Balance             ${formatEther(balance)}`]),
    `Wallet id           ${toHex(id)}`,
    `Made                ${deed.made.how}, ${new Date(deed.made.at).toISOString()}`,
    `Shares              epoch ${opened.wallet.record.epoch}, since ${new Date(epochSince(opened.wallet)).toISOString()}`,
    `Devices             ${deed.devices.map(({ name }) => name).join(', ')}`,
  ];
  if (opened.status === 'not-enrolled')
    return [...lines, 'This device is not in it yet: symbolon devices request --help'];
  const news = opened.news.map((change) =>
    change.kind === 'enrol'
      ? `New since last time: device "${change.device.name}" was added`
      : 'New since last time: a device was revoked',
  );
  return [...lines, ...news];
}

async function balanceOf(home: Home, { evm }: Addresses): Promise<bigint | null> {
  if (home.running === null || evm === null) return null;
  return chainOf(home, undefined).quantity('eth_getBalance', [evm, 'latest']);
}

async function keyBytes(file: string | undefined, io: Io): Promise<Uint8Array> {
  if (file === undefined) return io.askHidden('Private key (not shown): ');
  if (file === '-') return io.inputBytes();
  try {
    return readFileSync(file);
  } catch {
    throw new CliError('file-unreadable', `${file} cannot be read.`, 'Check its name, and that it may be read.');
  }
}
