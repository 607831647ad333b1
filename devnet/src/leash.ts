// Preloaded into every process of the local system: it ends when the process that started it does, however that one ended. Its
// standard input is a pipe of the parent's; the system closes it even after SIGKILL. The parties know nothing of it.
import { isMainThread } from 'node:worker_threads';

const graceMs = 3_000;

if (isMainThread) {
  const leash = process.stdin;
  const end = () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
    process.kill(process.pid, 'SIGTERM');
  };
  leash.once('end', end).once('error', end);
  leash.resume();
  if ('unref' in leash) leash.unref();
}
