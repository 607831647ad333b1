import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DevnetError } from './errors.ts';

/** The local chain's id: what every Ethereum tool takes for a development chain. */
const localChainId = 31_337;

const upDeadlineMs = 15_000;
const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** How to run anvil: its own binary, since the npm wrapper, when killed, leaves it running. Throws DevnetError `chain-missing`. */
export function anvilCommand(stateFile: string, port: number, chainId = localChainId): string[] {
  return [
    anvilBinary(),
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--chain-id',
    String(chainId),
    '--state',
    stateFile,
    '--silent',
  ];
}

/** One JSON-RPC call to the local chain. Throws DevnetError `chain-refused` with its words. */
export async function rpc(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(5_000),
  });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error === undefined) return answer.result;
  const hint = 'Its log is in logs/chain.log of the home.';
  throw new DevnetError('chain-refused', `The chain refused ${method}: ${answer.error.message}`, hint);
}

/** Waits until the chain answers. Throws DevnetError `party-failed`. */
export async function chainUp(url: string): Promise<void> {
  const end = Date.now() + upDeadlineMs;
  while (Date.now() < end) {
    try {
      await rpc(url, 'eth_chainId', []);
      return;
    } catch {
      await sleep(25);
    }
  }
  throw new DevnetError('party-failed', `The chain does not answer at ${url}.`, 'Its log is in logs/chain.log.');
}

function anvilBinary(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${architectures[process.arch] ?? process.arch}`;
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));
  try {
    return join(dirname(resolve(`${name}/package.json`)), 'bin', 'anvil');
  } catch {
    const hint = 'Run npm ci without --omit=optional; for other systems see https://getfoundry.sh.';
    throw new DevnetError('chain-missing', `${name} is not installed.`, hint);
  }
}
