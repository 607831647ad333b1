// The host of the signer's enclave: `node hostMain.ts HOST.json`, in the place of the signer's own main. On SIGHUP it reads `image` and
// `nsmSocket` in HOST.json again, and goes over to that image.
import { readFileSync } from 'node:fs';
import { printMeasurement } from '@symbolon/attestation';
import * as v from 'valibot';
import { EnclaveError } from './error.ts';
import { type Host, startHost } from './host.ts';

/** Nothing in it is secret. `origins` are the web origins that may call the signer. */
const configSchema = v.strictObject({
  image: v.string(),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  deploymentFile: v.string(),
  nsmSocket: v.string(),
  origins: v.array(v.string()),
});

const [configFile] = process.argv.slice(2);
if (configFile === undefined) {
  process.stderr.write('usage: hostMain.ts HOST.json   see README.md\n');
  process.exit(2);
}
const readConfig = () => v.parse(configSchema, JSON.parse(readFileSync(configFile, 'utf8')));

try {
  const { image, port, deploymentFile, nsmSocket, origins } = readConfig();
  const starting = startHost({
    image: readFileSync(image),
    port,
    deploymentText: readFileSync(deploymentFile),
    nsmSocket,
    origins,
    onEnd: (reason) => log({ event: 'enclave-ended', reason }),
  });
  // One upgrade after the other, and none before there is something to go over from.
  let turn: Promise<unknown> = starting;
  process.on('SIGHUP', () => {
    turn = turn.then(() => starting).then(upgrade, () => undefined);
  });
  const host = await starting;
  const end = async () => {
    await host[Symbol.asyncDispose]();
    process.exit();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
  log({ event: 'booted', machine: host.pid() });
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', url: host.url, measurement: printMeasurement(host.measurement()) })}\n`,
  );
} catch (error) {
  log({ event: 'failed', ...wordsOf(error) });
  process.exitCode = 1;
}

/** Goes over to the image that the configuration names now, or stays with the one that runs and says why. */
async function upgrade(host: Host): Promise<void> {
  try {
    const { image, nsmSocket } = readConfig();
    log({ event: 'upgrading', image });
    const answered = await host.upgrade({ image: readFileSync(image), nsmSocket });
    const measurement = printMeasurement(host.measurement());
    log({ event: 'upgraded', cutOff: !answered, machine: host.pid(), measurement });
  } catch (error) {
    log({ event: 'upgrade-refused', runs: printMeasurement(host.measurement()), ...wordsOf(error) });
  }
}

function wordsOf(error: unknown): { message: string; hint: string } {
  if (!(error instanceof EnclaveError)) return { message: String(error), hint: 'See its README.' };
  return { message: error.message, hint: error.hint };
}

function log(line: Record<string, unknown>): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), party: 'enclave-host', ...line })}\n`);
}
