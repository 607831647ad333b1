import { join } from 'node:path';
import { anvilCommand, chainUp } from './chain.ts';
import { freePorts } from './ports.ts';
import { launch } from './process.ts';

/** A chain beside the local one: whoever started it ends it. */
export interface FurtherChain extends AsyncDisposable {
  url: string;
}

/** Starts an empty chain that keeps what it has in `folder`. Throws DevnetError `chain-missing`, `party-failed`. */
export async function startChain(chainId: number, folder: string): Promise<FurtherChain> {
  const { chain: port } = await freePorts();
  const running = await launch({
    name: `chain ${chainId}`,
    script: join(import.meta.dirname, 'leashed.ts'),
    args: anvilCommand(join(folder, `chain-${chainId}.json`), port, chainId),
    logFile: join(folder, `chain-${chainId}.log`),
  });
  const url = `http://127.0.0.1:${port}`;
  await chainUp(url);
  return { url, [Symbol.asyncDispose]: () => running.stop() };
}
