import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../errors.ts';
import type { Common } from '../options.ts';

interface Options extends Common {
  fresh?: true;
  portBase?: string;
}

export function addUp(program: Command): void {
  program
    .command('up')
    .description('Start the whole system on this machine, show one transfer through it, and stay up until Ctrl-C.')
    .option('--fresh', 'begin anew: removes the home with all its keys and wallets')
    .option(
      '--port-base <n>',
      'listen on the ports from n + 1 on (4100: issuer 4101, kms 4102, cloud 4103, ...)',
      portBaseOf,
    )
    .addHelpText(
      'after',
      `
Examples:
  $ symbolon up
  $ symbolon up --fresh
  $ symbolon up --home /tmp/second --port-base 5100`,
    )
    .action(async (_options: unknown, command: Command) => up(command.optsWithGlobals<Options>()));
}

/** The chain's port is the highest, 4445 above. */
function portBaseOf(text: string): string {
  if (/^[1-9][0-9]{3,4}$/.test(text) && Number(text) >= 1_024 && Number(text) <= 61_000) return text;
  throw new InvalidArgumentError('It is a whole number from 1024 to 61000.');
}

async function up({ home, fresh, portBase }: Options): Promise<void> {
  const script = join(import.meta.dirname, '..', '..', '..', 'devnet', 'src', 'start.ts');
  const args = [
    ...(fresh ? ['--fresh'] : []),
    '--home',
    home,
    ...(portBase === undefined ? [] : ['--port-base', portBase]),
  ];
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child too, which ends everything in order; this process only waits for it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new CliError('up-failed', 'The system did not stay up.', 'Its own words stand above.');
}
