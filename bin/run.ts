import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command in the root folder with our own output; resolves with its exit code. */
export function run(command: string, args: readonly string[]): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  child.on('error', (error) => {
    console.error(`${command}: ${error.message}`);
    resolve(127);
  });
  child.on('exit', (code) => resolve(code ?? 1));
  return promise;
}

/** One after another; stops at the first that fails, with its exit code. */
export async function runAll(steps: readonly (readonly [name: string, command: string, args: readonly string[]])[]) {
  for (const [name, command, args] of steps) {
    const started = performance.now();
    const code = await run(command, args);
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    console.log(`${code === 0 ? 'ok' : 'FAILED'}  ${name}  (${seconds} s)`);
    if (code !== 0) process.exit(code);
  }
}
