import { rmSync } from 'node:fs';
import type { Measurement } from '@symbolon/attestation';
import { Door } from './door.ts';
import { EnclaveError } from './error.ts';
import { type Bootable, type Guest, startGuest } from './guest.ts';
import { introduce } from './introduce.ts';
import type { MachineSetting } from './qemu.ts';
import { makeRunFolder } from './runFolder.ts';
import { type Handover, readDeployment, serveEnclave } from './services.ts';

export interface HostOptions extends Bootable, Omit<Handover, 'relay'> {
  /** Devices reach the signer at 127.0.0.1 and this port. */
  port: number;
  /** Told when a machine ended unasked; it is booted again. */
  onEnd?: (reason: string) => void;
  /** What a host that means ill puts in the place of the real thing: tests play it. */
  machine?: Partial<MachineSetting>;
}

/** The signer in an emulated enclave. */
export interface Host extends AsyncDisposable {
  url: string;
  /** Of the image that answers now. */
  measurement(): Measurement;
  /** Process id of the machine that answers now. */
  pid(): number;
  /**
   * Boots another image beside the one that runs, and has both stores judge it. Only then new requests go to it, those under way end where
   * they are, and the machine before is ended. Resolves with whether all of those were answered. Throws EnclaveError as {@link startHost}
   * does, and `image-refused`: nothing has changed then.
   */
  upgrade(next: Bootable): Promise<boolean>;
}

/** ms; longer than the signer takes for any request, so that only one that hangs is cut off. */
const drainPatience = 20_000;

/**
 * Boots the image and waits until its signer answers; from then on it is booted again whenever it ends, with new keys. Throws
 * EnclaveError `image-malformed`, `emulator`, `tool-missing`.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { port, deploymentText, machine = {}, onEnd = () => undefined } = options;
  const deployment = readDeployment(deploymentText);
  await using undo = new AsyncDisposableStack();
  const folder = makeRunFolder();
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  undo.use(await serveEnclave(folder, { ...options, relay: '10.0.2.100:9000' }));
  const start = (bootable: Bootable) => startGuest(bootable, folder, machine, onEnd);
  let guest: Guest = await start(options);
  undo.defer(() => guest[Symbol.asyncDispose]());
  const door = undo.use(await Door.open(port, guest));

  const upgrade = async (next: Bootable) => {
    await using attempt = new AsyncDisposableStack();
    const beside = attempt.use(await start(next));
    await introduce(`http://127.0.0.1:${await beside.port()}`, deployment);
    if (running.disposed) throw new EnclaveError('emulator', 'The host was ended meanwhile.', 'Start it again.');
    attempt.move();
    const before = guest;
    guest = beside;
    const answered = await door.lead(beside, drainPatience);
    await before[Symbol.asyncDispose]();
    return answered;
  };
  const running = undo.move();
  return {
    url: `http://127.0.0.1:${port}`,
    measurement: () => guest.measurement,
    pid: () => guest.pid,
    upgrade,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
