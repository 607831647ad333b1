import { hostname } from 'node:os';
import type { Command } from 'commander';
import { type Device, openDevice } from './device.ts';
import { type Home, readHome } from './home.ts';
import type { Common } from './options.ts';

/** The home and the device that a command line names. Throws CliError `no-home`. */
export async function contextOf(command: Command): Promise<{ home: Home; device: Device }> {
  const { home: path, device: name } = command.optsWithGlobals<Common>();
  const home = readHome(path, name);
  return { home, device: await openDevice(home, `${name} on ${hostname()}`.slice(0, 64)) };
}
