import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseMeasurement, printMeasurement } from '@symbolon/attestation';
import { serveNsm } from './app.ts';
import { measureSigner } from './measure.ts';
import { CERTIFICATE_FILE, openRoot } from './root.ts';

const USAGE = 'usage: main.ts --socket PATH --root-dir DIR [--measure-root REPO | --booted MEASUREMENT.json]';
const OPTIONS = {
  socket: { type: 'string' },
  'root-dir': { type: 'string' },
  'measure-root': { type: 'string' },
  booted: { type: 'string' },
} as const;
const { socket, 'root-dir': rootDir, 'measure-root': repo, booted } = parseArgs({ options: OPTIONS }).values;
if (socket === undefined || rootDir === undefined) throw new Error(USAGE);

say({ event: 'development', notice: 'These are development documents: no hardware, no protection from this machine.' });
// In the place of the hypervisor, whoever boots an image says what it measured.
const measurement =
  booted === undefined
    ? measureSigner(repo ?? join(import.meta.dirname, '../../..'))
    : parseMeasurement(JSON.parse(readFileSync(booted, 'utf8')));
const of = booted === undefined ? 'process' : 'emulator';
const server = await serveNsm({ socketPath: socket, root: openRoot(rootDir), measurement, of });
say({ event: 'ready', socket, root: join(rootDir, CERTIFICATE_FILE), measurement: printMeasurement(measurement) });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => server.close());

function say(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
