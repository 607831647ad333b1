// Runs a program that is not Node's on the same leash: `node --import leash.ts leashed.ts PROGRAM ARGS...`. Says its process id.
import { spawn } from 'node:child_process';

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
process.once('SIGTERM', () => child.kill('SIGTERM'));
child.once('spawn', () => process.stdout.write(`${JSON.stringify({ event: 'ready', pid: child.pid })}\n`));
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 1));
// The leash's last word is SIGKILL to this process: the program must not outlive it.
process.once('exit', () => child.kill('SIGKILL'));
