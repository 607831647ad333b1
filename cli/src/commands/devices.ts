import type { ListedDevice } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { walletInWords as inWords, mailboxOf, wantedWallet } from '../devices/whose.ts';
import { CliError } from '../errors.ts';
import type { Io } from '../io.ts';

export function addDevices(program: Command, io: Io): void {
  const devices = program
    .command('devices')
    .description('Which devices may use the wallet; let one in, shut one out.')
    .addHelpText(
      'after',
      `
How a second device comes in:
  $ symbolon signin you@example.com --device phone      # the new one signs in
  $ symbolon devices request --device phone             # and shows its request
  $ symbolon devices approve 'symbolon-device-1:...' --name phone     # an enrolled one lets it in
or, with no enrolled one at hand, by a code that the kms mails to the wallet's mailbox:
  $ symbolon devices join --device phone
  $ symbolon devices join --device phone --code 12345678`,
    );
  addList(devices, io);
  addRequest(devices, io);
  addApprove(devices, io);
  addRevoke(devices, io);
  addJoin(devices, io);
}

function addList(devices: Command, io: Io): void {
  devices
    .command('list')
    .description('List the enrolled devices, each with the check that a person compares on two screens.')
    .option('--json', 'print a JSON list')
    .addHelpText('after', '\nExample:\n  $ symbolon devices list --json')
    .action(async (options: { json?: true }, command: Command) => {
      const { device } = await contextOf(command);
      const listed = await device.client.devices();
      const rows = listed.map(({ name, check, how, added, origin, thisOne, thumbprint }) => ({
        name,
        check,
        how,
        added: new Date(added).toISOString(),
        origin,
        thisOne,
        thumbprint: toHex(thumbprint),
      }));
      if (options.json) return io.out(JSON.stringify(rows));
      for (const { name, check, how, added, thisOne } of rows) {
        io.out(`${check}  ${added}  by ${how.padEnd(9)} ${name}${thisOne ? '  (this one)' : ''}`);
      }
    });
}

function addRequest(devices: Command, io: Io): void {
  devices
    .command('request')
    .description('On a new device: show the text by which an enrolled device lets it in.')
    .addHelpText('after', '\nExample:\n  $ symbolon devices request --device phone')
    .action(async (_options: unknown, command: Command) => {
      const { device } = await contextOf(command);
      const text = device.client.requestText();
      io.out(text);
      io.err(`For ${await wantedWallet(device)}.`);
      io.err(`Key check: ${device.client.readRequest(text).check}. The enrolled device must show the same.`);
    });
}

function addApprove(devices: Command, io: Io): void {
  devices
    .command('approve')
    .description('On an enrolled device: let a new one in, at once.')
    .argument('<request>', 'what `devices request` shows on the new one')
    .option('--name <name>', 'how the list shall call it', 'new device')
    .option('--yes', 'the key checks were compared: do not ask')
    .addHelpText('after', "\nExample:\n  $ symbolon devices approve 'symbolon-device-1:...' --name phone")
    .action(async (request: string, options: { name: string; yes?: true }, command: Command) => {
      const { device } = await contextOf(command);
      const { key, check } = device.client.readRequest(request);
      io.err(
        `It would use ${inWords(await mailboxOf(device), await device.client.wallet())}: yours. It could sign all that you can.`,
      );
      io.err(`Key check: ${check}. Let it in only if the new device shows the same.`);
      // Where nobody can compare, only an explicit word lets a device in.
      if (!options.yes && !/^y(es)?$/i.test(await io.ask('The same? [y/N] '))) {
        throw new CliError('not-approved', 'The device was not let in.', 'Compare the key checks, then answer y.');
      }
      await device.client.approve(key, options.name);
      io.out(`"${options.name}" is in.`);
    });
}

function addRevoke(devices: Command, io: Io): void {
  devices
    .command('revoke')
    .description('Shut a device out, at once and for ever.')
    .argument('<device>', 'its check, as `devices list` shows it, or its thumbprint')
    .addHelpText('after', '\nExample:\n  $ symbolon devices revoke ABCD-EFGH-JKLM')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { device } = await contextOf(command);
      const listed = await device.client.devices();
      const one = named(listed, name);
      requireOneLeft(listed, one);
      await device.client.revoke(one.thumbprint);
      io.out(`"${one.name}" is out. Its key never returns.`);
      if (one.thisOne) io.err('It was this device: nothing is signed here any more.');
    });
}

function addJoin(devices: Command, io: Io): void {
  devices
    .command('join')
    .description("On a new device: get in by a code that the kms mails to the wallet's mailbox.")
    .option('--code <digits>', 'the code; without it one is mailed')
    .addHelpText(
      'after',
      '\nExamples:\n  $ symbolon devices join --device phone\n  $ symbolon devices join --device phone --code 12345678',
    )
    .action(async (options: { code?: string }, command: Command) => {
      const { device } = await contextOf(command);
      const { client } = device;
      if (options.code === undefined) {
        const expires = await client.requestMailCode();
        const { check } = client.readRequest(client.requestText());
        io.out(`A code was mailed; it is good until ${new Date(expires).toISOString()}.`);
        io.out(`The mail must show this key check: ${check}. If it shows another one, somebody else is asking.`);
        return io.out('Then: symbolon devices join --code CODE');
      }
      const { made } = await client.joinByMail(options.code.replaceAll(' ', ''));
      io.out(`This device is in. The wallet was ${made.how} at ${new Date(made.at).toISOString()}.`);
      io.out('If that was not you, do not use it.');
    });
}

function named(listed: readonly ListedDevice[], name: string): ListedDevice {
  const wanted = name.toLowerCase();
  const found = listed.find(({ check, thumbprint }) => check.toLowerCase() === wanted || toHex(thumbprint) === wanted);
  if (found !== undefined) return found;
  throw new CliError('device-unknown', `No enrolled device has the check ${name}.`, 'symbolon devices list');
}

/** A device that is bound to a site's origin changes nothing: without another one nobody could let a device in again. */
function requireOneLeft(listed: readonly ListedDevice[], out: ListedDevice): void {
  if (out.origin !== null || listed.some((one) => one !== out && one.origin === null)) return;
  const message = `"${out.name}" is the last device that may change the wallet: without it nobody could let another in.`;
  const hint =
    'Let another in first (symbolon devices --help), then revoke this one. To end the sign-in alone: symbolon signout';
  throw new CliError('device-last', message, hint);
}
