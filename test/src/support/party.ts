import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const parties = join(import.meta.dirname, '..', '..', '..', 'parties');
const run = promisify(execFile);

/** Has a store make its keys in a folder of its own. */
export async function initialise(
  store: 'kms' | 'cloud',
  dataDir: string,
): Promise<{ signing: string; sealing: string }> {
  const { stdout } = await run(process.execPath, [join(parties, store, 'src', 'init.ts'), '--data-dir', dataDir]);
  const { signing, sealing } = JSON.parse(stdout);
  return { signing, sealing };
}

/** Starts a party and says how it went: it listens, or it ended, with what it said. It is ended either way. */
export function tryStart(party: 'kms' | 'cloud', config: string): Promise<{ ready: boolean; said: string }> {
  const child = spawn(process.execPath, [join(parties, party, 'src', 'main.ts'), config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let ready = false;
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdout.on('data', (chunk) => {
    ready ||= String(chunk).includes('"ready"');
    child.kill('SIGTERM');
  });
  return new Promise((resolve) => child.on('close', () => resolve({ ready, said })));
}
