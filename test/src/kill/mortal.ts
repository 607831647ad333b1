import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command, Told } from './messages.ts';

const program = fileURLToPath(new URL('./device.ts', import.meta.url));

/** A device's process as the one who kills it sees it. */
export class Mortal implements AsyncDisposable {
  #child: ChildProcess | null = null;
  #inbox: (Told | null)[] = [];
  #wake = () => {};

  /** Starts it if it does not run, and has it do its whole flow. */
  run(command: Extract<Command, { do: 'run' }>): void {
    this.#inbox = [];
    this.#child ??= this.#spawn();
    this.#child.send(command);
  }

  /** Lets it go on from where it told that it stands. */
  go(id: number): void {
    this.#child?.send({ do: 'go', id } satisfies Command);
  }

  /** The next thing that it tells; null once it is dead. */
  async next(): Promise<Told | null> {
    for (;;) {
      const told = this.#inbox.shift();
      if (told !== undefined) return told;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** kill -9. Nothing that it had in memory is left. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  #spawn(): ChildProcess {
    const child = fork(program, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const tell = (told: Told | null) => {
      if (this.#child !== child && told !== null) return;
      this.#inbox.push(told);
      this.#wake();
    };
    child.on('message', (told: Told) => tell(told));
    child.on('exit', () => tell(null));
    return child;
  }
}
