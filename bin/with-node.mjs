#!/usr/bin/env node
// Runs a command with the Node that the lockfile pins first on PATH. Plain JavaScript: it must start on Node 20.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
const own = dirname(process.execPath);
if (!existsSync(pinned) && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Symbolon needs Node 24. No pinned Node for ${process.platform}-${process.arch}: install Node 24, then try again.`,
  );
  process.exit(1);
}
const path = [existsSync(pinned) ? pinned : own, join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH: path } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
