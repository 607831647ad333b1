import { setTimeout as sleep } from 'node:timers/promises';
import { EnclaveError } from './error.ts';
import { bootMachine, type Machine, type MachineSetting } from './qemu.ts';
import { untilUseless } from './watch.ts';

/** ms */
const bootDeadline = 75_000;
const pollInterval = 50;
const pauseBeforeBoot = 500;

/** Keeps a machine up: whatever ends it unasked is a crash, also an end with code 0, and it is booted again. */
export class Keeper {
  readonly #setting: MachineSetting;
  readonly #onEnd: (reason: string) => void;
  #machine: Machine;
  /** Resolves once the machine that was booted last answers. */
  #serving: Promise<unknown>;
  #stopping = false;

  private constructor(setting: MachineSetting, onEnd: (reason: string) => void, first: Machine) {
    this.#setting = setting;
    this.#onEnd = onEnd;
    this.#machine = first;
    this.#serving = Promise.resolve();
  }

  /** Resolves once the first machine answers. Throws EnclaveError `emulator` where it does not, `tool-missing`. */
  static async start(setting: MachineSetting, onEnd: (reason: string) => void): Promise<Keeper> {
    const machine = await bootMachine(setting);
    try {
      await untilServing(machine, setting.port);
    } catch (error) {
      await machine.kill();
      throw error;
    }
    const keeper = new Keeper(setting, onEnd, machine);
    void keeper.#keep();
    return keeper;
  }

  get pid(): number {
    return this.#machine.pid;
  }

  /** The machine's own port, once one answers there. */
  async port(): Promise<number> {
    await this.#serving;
    return this.#setting.port;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#machine.kill();
  }

  async #keep(): Promise<void> {
    for (;;) {
      const reason = await this.#end();
      if (this.#stopping) return;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      this.#serving = promise;
      this.#onEnd(reason);
      await sleep(pauseBeforeBoot);
      if (this.#stopping) return;
      const machine = await bootMachine(this.#setting);
      this.#machine = machine;
      // Asked to end while it was being booted.
      if (this.#stopping) return machine.kill();
      // Where it does not come up, it is ended, and the next one may.
      resolve(untilServing(machine, this.#setting.port).catch(() => machine.kill()));
    }
  }

  /** The reason why the machine ended; one that has become useless is ended. */
  async #end(): Promise<string> {
    const machine = this.#machine;
    const over = new AbortController();
    const useless = this.#serving.then(() => untilUseless(this.#setting.port, over.signal));
    const reason = await Promise.race([machine.ended, useless.then((why) => why ?? machine.ended)]);
    over.abort();
    await machine.kill();
    return reason;
  }
}

async function untilServing(machine: Machine, port: number): Promise<void> {
  const deadline = AbortSignal.timeout(bootDeadline);
  let end: string | null = null;
  void machine.ended.then((reason) => {
    end = reason;
  });
  while (end === null && !deadline.aborted) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      await sleep(pollInterval);
    }
  }
  const what = end ?? `it does not answer after ${bootDeadline / 1_000} s`;
  throw new EnclaveError('emulator', `The enclave did not boot: ${what}.`, 'Build the image anew, then try again.');
}
