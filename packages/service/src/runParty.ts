import type * as v from 'valibot';
import { readConfig } from './config.ts';
import { explainStart } from './explainStart.ts';
import type { Logger } from './log.ts';
import { shutdownOnSignals } from './shutdown.ts';

/** A party that serves: where, how it ends, and where it tells of that. */
export type Running = { readonly url: string; readonly stop: () => Promise<boolean>; readonly log: Logger };

/**
 * A party's whole main: the configuration file that the command line names, `start`, and one JSON line on standard output once it
 * serves. SIGTERM and SIGINT end it gracefully. Exits with 2 without a file, 1 with plain words where it can't start.
 */
export async function runParty<const S extends v.GenericSchema>(
  schema: S,
  start: (config: v.InferOutput<S>) => Promise<Running>,
): Promise<void> {
  const [configFile] = process.argv.slice(2);
  if (configFile === undefined) {
    process.stderr.write('usage: main.ts CONFIG.json   see README.md\n');
    process.exit(2);
  }
  try {
    const { url, stop, log } = await start(readConfig(configFile, schema));
    shutdownOnSignals(stop, log);
    process.stdout.write(`${JSON.stringify({ event: 'ready', url })}\n`);
  } catch (error) {
    explainStart(error);
  }
}
