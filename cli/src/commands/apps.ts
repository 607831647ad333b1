import { join } from 'node:path';
import { isWebOrigin, ProtocolError, type Registration } from '@symbolon/protocol';
import type { Command } from 'commander';
import { readIcon } from '../apps/icon.ts';
import { changeRegistry, fetchApps } from '../apps/registry.ts';
import { CliError } from '../errors.ts';
import { readHome } from '../home.ts';
import type { Io } from '../io.ts';
import type { Common } from '../options.ts';
import { readOrganisationKey } from '../statements/organisation.ts';

interface KeyOption extends Common {
  key?: string;
}
interface AddOptions extends KeyOption {
  name: string;
  origin: string[];
  chain: string[];
  icon?: string;
}

const keyHelp = "the operator's key, as the cloud's init made it (default: the local system's own)";
const several = (value: string, before: string[]) => [...before, value];

/** `symbolon apps`. */
export function addApps(program: Command, io: Io): void {
  const apps = program
    .command('apps')
    .description(
      'The dApps that the operator vouches for: by name and icon to people, by origin to the embedded dialog.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon apps add shop --name "The Shop" --origin https://shop.example
  $ symbolon apps list`,
    );
  apps
    .command('add')
    .description('Register a dApp, or replace what is registered under its id.')
    .argument('<id>', '0-9, a-z and -')
    .requiredOption('--name <name>', 'as people are told it')
    .requiredOption('--origin <origin>', 'where its pages lie; up to 8 times', several, [])
    .option('--chain <id>', 'a chain it works on, decimal or 0x; none: every chain of the wallet', several, [])
    .option('--icon <file>', 'PNG or WebP, at most 12 KB')
    .option('--key <file>', keyHelp)
    .addHelpText(
      'after',
      '\nExample:\n  $ symbolon apps add shop --name "The Shop" --origin https://shop.example --chain 1',
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>();
      await change({ do: 'add', app: appOf(id, options) }, options);
      io.out(`${id} is registered for ${options.origin.join(', ')}.`);
    });
  apps
    .command('remove')
    .description('Take a dApp out of the registry. What people allowed it stays theirs to revoke.')
    .argument('<id>')
    .option('--key <file>', keyHelp)
    .addHelpText('after', '\nExample:\n  $ symbolon apps remove shop')
    .action(async (id: string, _options: unknown, command: Command) => {
      await change({ do: 'remove', id }, command.optsWithGlobals<KeyOption>());
      io.out(`${id} is not registered any more.`);
    });
  apps
    .command('list')
    .description('Show every registered dApp.')
    .option('--json', 'print a JSON list')
    .addHelpText('after', '\nExample:\n  $ symbolon apps list --json')
    .action(async (_options: unknown, command: Command) => {
      const { home, device, json } = command.optsWithGlobals<Common & { json?: true }>();
      const all = await fetchApps(readHome(home, device).deployment);
      if (json) return io.out(JSON.stringify(all));
      if (all.length === 0) io.out('No app is registered: every dApp is shown by its bare origin.');
      for (const { id, name, origins, chains } of all) {
        io.out(
          `${id}  ${JSON.stringify(name)}  ${origins.join(' ')}${chains.length === 0 ? '' : `  on ${chains.join(' ')}`}`,
        );
      }
    });
}

async function change(action: Registration['action'], { home: path, device, key: file }: KeyOption): Promise<void> {
  const home = readHome(path, device);
  using key = readOrganisationKey(file ?? join(home.path, 'cloud', 'data', 'operator.key'));
  try {
    await changeRegistry(home.deployment, action, key, Date.now());
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new CliError('app-invalid', `This cannot be registered: ${error.message}.`, 'symbolon apps add --help');
  }
}

function appOf(id: string, { name, origin, chain, icon }: AddOptions) {
  const wrong = origin.find((one) => !isWebOrigin(one));
  if (wrong !== undefined) {
    const hint = 'Write it as a browser does, without a path: https://shop.example';
    throw new CliError('origin-invalid', `"${wrong}" is no web origin.`, hint);
  }
  return { id, name, icon: icon === undefined ? null : readIcon(icon), origins: origin, chains: chain.map(chainId) };
}

function chainId(text: string): string {
  if (/^(?:0x[1-9a-f][0-9a-f]{0,13}|[1-9][0-9]{0,15})$/.test(text)) return `0x${BigInt(text).toString(16)}`;
  throw new CliError('chain-invalid', `"${text}" is no chain id.`, 'Write it like 1 or 0x1.');
}
