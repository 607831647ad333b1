import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StoreKeys } from './deployment.ts';
import { DevnetError } from './errors.ts';
import type { Program } from './parties.ts';

const run = promisify(execFile);

/** Lets a store make its own keys, in a process of its own. @returns their public halves, base64url */
export async function initialise({ script, args, env = {} }: Program): Promise<StoreKeys> {
  try {
    const { stdout } = await run(process.execPath, [script, ...args], {
      env: { PATH: process.env.PATH, ...env },
      timeout: 30_000,
    });
    const { signing, sealing } = JSON.parse(stdout);
    return { signing, sealing };
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new DevnetError('party-failed', `${script} failed: ${said}`, 'Correct what it says, then start again.');
  }
}
