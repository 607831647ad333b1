import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printMeasurement } from '@symbolon/attestation';
import { serveNsm } from './app.ts';
import { measureSigner } from './measure.ts';
import { CERTIFICATE_FILE, openRoot } from './root.ts';

const USAGE = 'usage: main.ts --socket PATH --root-dir DIR [--measure-root REPO]';
const OPTIONS = {
  socket: { type: 'string' },
  'root-dir': { type: 'string' },
  'measure-root': { type: 'string' },
} as const;
const { socket, 'root-dir': rootDir, 'measure-root': repo } = parseArgs({ options: OPTIONS }).values;
if (socket === undefined || rootDir === undefined) throw new Error(USAGE);

say({ event: 'development', notice: 'These are development documents: no enclave, no protection from this machine.' });
const measurement = measureSigner(repo ?? join(import.meta.dirname, '../../..'));
const server = await serveNsm({ socketPath: socket, root: openRoot(rootDir), measurement });
say({ event: 'ready', socket, root: join(rootDir, CERTIFICATE_FILE), measurement: printMeasurement(measurement) });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => server.close());

function say(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
