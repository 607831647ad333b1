import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDevnet } from './devnet.ts';
import { tell } from './progress.ts';
import { tellStory } from './story.ts';
import { explain, say, untilAskedToEnd } from './terminal.ts';

const json = wantsJson(process.argv.slice(2));
if (json === null) {
  process.stderr.write('usage: npm run -s demo -- [--json]\n\n  --json  end with one line of JSON\n');
  process.exit(2);
}
process.exitCode = await demo(json);

/** The whole system in a folder of its own, once, on free ports; nothing of it stays. */
async function demo(asJson: boolean): Promise<number> {
  const { signal } = untilAskedToEnd();
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-demo-'));
  const began = performance.now();
  try {
    const told = await once(join(folder, 'home'), signal, began);
    const timings = { ...told.timings, total: Math.round(performance.now() - began) };
    if (asJson) say(JSON.stringify({ ...told, timings }));
    return told.status === 'success' ? 0 : 1;
  } catch (error) {
    explain(error);
    return signal.aborted ? 130 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function once(home: string, signal: AbortSignal, began: number) {
  const onProgress = (progress: Parameters<typeof tell>[0]) => say(tell(progress));
  await using devnet = await createDevnet({ home, ports: 'free', fresh: false, signal, onProgress });
  const boot = Math.round(performance.now() - began);
  const { issuer, kms, cloud, signer } = devnet.pids();
  const told = await Promise.race([tellStory(devnet, say), interrupted(signal)]);
  say('\nThat was it: everything is ended now, and its folder removed.');
  return { ...told, processes: { issuer, kms, cloud, signer }, timings: { boot, ...told.timings } };
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

function wantsJson(args: string[]): boolean | null {
  try {
    return parseArgs({ args, options: { json: { type: 'boolean' } } }).values.json === true;
  } catch {
    return null;
  }
}
