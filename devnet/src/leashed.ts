// Runs a program that is not Node's on the same leash: `node --import leash.ts leashed.ts PROGRAM ARGS...`. Says its process id.
import { spawn } from 'node:child_process';

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
process.once('SIGTERM', () => {
  child.kill('SIGTERM');
  // Before the leash's last word, SIGKILL to this process, which would leave the program running.
  setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
});
child.once('spawn', () => process.stdout.write(`${JSON.stringify({ event: 'ready', pid: child.pid })}\n`));
child.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 1));
