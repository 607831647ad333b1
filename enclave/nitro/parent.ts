// What a Nitro enclave needs on its parent instance: `node parent.ts FOLDER DEPLOYMENT.json [ORIGIN...]` serves the relay and the
// signer's configuration on unix sockets in FOLDER (0700); socat carries vsock to them (run.sh).
import { readFileSync } from 'node:fs';
import { serveEnclave } from '../src/services.ts';

const [folder, deploymentFile, ...origins] = process.argv.slice(2);
if (folder === undefined || deploymentFile === undefined) {
  process.stderr.write('usage: parent.ts FOLDER DEPLOYMENT.json [ORIGIN...]\n');
  process.exit(2);
}
const deploymentText = readFileSync(deploymentFile);
const served = await serveEnclave(folder, { deploymentText, origins, relay: '127.0.0.1:9000' });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => served[Symbol.dispose]());
process.stdout.write(`${JSON.stringify({ event: 'ready', folder })}\n`);
