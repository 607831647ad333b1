// The host of the signer's enclave: `node hostMain.ts HOST.json`, in the place of the signer's own main.
import { readFileSync } from 'node:fs';
import { printMeasurement } from '@symbolon/attestation';
import * as v from 'valibot';
import { EnclaveError } from './error.ts';
import { startHost } from './host.ts';

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
try {
  const { image, port, deploymentFile, nsmSocket, origins } = v.parse(
    configSchema,
    JSON.parse(readFileSync(configFile, 'utf8')),
  );
  const host = await startHost({
    image: readFileSync(image),
    port,
    deploymentText: readFileSync(deploymentFile),
    nsmSocket,
    origins,
    onEnd: (reason) => log({ event: 'enclave-ended', reason }),
  });
  const end = async () => {
    await host[Symbol.asyncDispose]();
    process.exit();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
  log({ event: 'booted', machine: host.pid() });
  process.stdout.write(
    `${JSON.stringify({ event: 'ready', url: host.url, measurement: printMeasurement(host.measurement) })}\n`,
  );
} catch (error) {
  const { message, hint } = error instanceof EnclaveError ? error : { message: String(error), hint: 'See its README.' };
  log({ event: 'failed', message, hint });
  process.exitCode = 1;
}

function log(line: Record<string, unknown>): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), party: 'enclave-host', ...line })}\n`);
}
