import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Measurement } from '@symbolon/attestation';
import { freePort, serveDoor } from './door.ts';
import { readEif } from './eif.ts';
import { Keeper } from './keeper.ts';
import { measureImage } from './measure.ts';
import type { MachineSetting } from './qemu.ts';
import { makeRunFolder } from './runFolder.ts';
import { type Handover, serveEnclave } from './services.ts';

export interface HostOptions extends Omit<Handover, 'relay'> {
  /** An enclave image file. */
  image: Uint8Array;
  /** Devices reach the signer at 127.0.0.1 and this port. */
  port: number;
  /** Unix socket of the development security module. */
  nsmSocket: string;
  /** Told when the machine ended unasked; it is booted again. */
  onEnd?: (reason: string) => void;
  /** What a host that means ill puts in the place of the real thing: tests play it. */
  machine?: Partial<MachineSetting>;
}

/** The signer in an emulated enclave. */
export interface Host extends AsyncDisposable {
  url: string;
  measurement: Measurement;
  /** Process id of the machine that runs now. */
  pid(): number;
}

/**
 * Boots the image and waits until its signer answers; from then on it is booted again whenever it ends, with new keys. Throws
 * EnclaveError `image-malformed`, `emulator`, `tool-missing`.
 */
export async function startHost({ image: file, machine: altered, ...options }: HostOptions): Promise<Host> {
  const image = readEif(file);
  const measurement = measureImage(image);
  await using undo = new AsyncDisposableStack();
  const folder = makeRunFolder();
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);

  writeFileSync(at('kernel'), image.kernel, { mode: 0o400 });
  // What two ramdisks are to a loader that takes one: one behind the other.
  writeFileSync(at('ramdisk'), Buffer.concat(image.ramdisks), { mode: 0o400 });
  // Its own path may hold what QEMU's options can't.
  symlinkSync(resolve(options.nsmSocket), at('nsm.sock'));
  undo.use(await serveEnclave(folder, { ...options, relay: '10.0.2.100:9000' }));

  const setting: MachineSetting = {
    kernelFile: at('kernel'),
    ramdiskFile: at('ramdisk'),
    commandLine: image.commandLine,
    port: await freePort(),
    relay: at('relay.sock'),
    nsm: at('nsm.sock'),
    config: at('config.sock'),
    deployment: at('deployment.sock'),
    ...altered,
  };
  const keeper = await Keeper.start(setting, options.onEnd ?? (() => undefined));
  undo.defer(() => keeper.stop());
  const door = await serveDoor(options.port, () => keeper.port());
  undo.defer(() => {
    door.close();
  });

  const running = undo.move();
  return {
    url: `http://127.0.0.1:${options.port}`,
    measurement,
    pid: () => keeper.pid,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
