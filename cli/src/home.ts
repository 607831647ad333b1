import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Deployment, deploymentSchema } from '@symbolon/protocol';
import * as v from 'valibot';
import { CliError } from './errors.ts';

/** The home of a local system, as `symbolon up` keeps it. */
export interface Home {
  path: string;
  deployment: Deployment;
  /** This device's own folder. */
  device: string;
  /** JSON-RPC address of the chain and mailbox page, while the local system runs. */
  running: { chain: string; mailbox: string } | null;
}

export const defaultHome = resolve(import.meta.dirname, '..', '..', '.symbolon');
const deviceName = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** Throws CliError `no-home`, `home-invalid` or `device-name`. */
export function readHome(path: string, device: string): Home {
  if (!deviceName.test(device)) {
    throw new CliError('device-name', `"${device}" is no name of a device.`, 'Use a-z, 0-9 and -, at most 32 of them.');
  }
  const at = (...parts: string[]) => join(resolve(path), ...parts);
  if (!existsSync(at('deployment.json'))) {
    throw new CliError(
      'no-home',
      `There is no Symbolon system in ${at()}.`,
      'Start one with `symbolon up` (or `npm start`), or name its folder with --home DIR.',
    );
  }
  const deployment = v.safeParse(deploymentSchema, parsed(at('deployment.json')));
  if (!deployment.success) throw invalid(at('deployment.json'));
  return {
    path: at(),
    deployment: deployment.output,
    device: at('devices', device),
    running: existsSync(at('running.json')) ? readRunning(at('running.json')) : null,
  };
}

const runningSchema = v.object({ chain: v.pipe(v.string(), v.url()), mailbox: v.pipe(v.string(), v.url()) });

function readRunning(path: string): Home['running'] {
  const running = v.safeParse(runningSchema, parsed(path));
  if (!running.success) throw invalid(path);
  return running.output;
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw invalid(path);
  }
}

const invalid = (path: string) =>
  new CliError('home-invalid', `${path} is not what it should be.`, 'Restore it, or begin anew: symbolon up --fresh');
