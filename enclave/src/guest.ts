import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Measurement } from '@symbolon/attestation';
import { freePort, type Target } from './door.ts';
import { readEif } from './eif.ts';
import { Keeper } from './keeper.ts';
import { measureImage } from './measure.ts';
import type { MachineSetting } from './qemu.ts';

/** An image, and who vouches for what it measures. */
export interface Bootable {
  /** An enclave image file. */
  image: Uint8Array;
  /** Unix socket of the development security module that was told of this image: on hardware each enclave has its own. */
  nsmSocket: string;
}

/** An image on a machine of its own, kept up. */
export interface Guest extends Target, AsyncDisposable {
  readonly measurement: Measurement;
  /** Process id of the machine that runs now. */
  readonly pid: number;
}

/**
 * Boots an image beside whatever else runs, served from the sockets in `folder`. Resolves once its signer answers; from then on it is
 * booted again whenever it ends, with new keys. Throws EnclaveError `image-malformed`, `emulator`, `tool-missing`.
 */
export async function startGuest(
  { image: file, nsmSocket }: Bootable,
  folder: string,
  altered: Partial<MachineSetting>,
  onEnd: (reason: string) => void,
): Promise<Guest> {
  const image = readEif(file);
  await using undo = new AsyncDisposableStack();
  const own = mkdtempSync(join(folder, 'guest-'));
  undo.defer(() => rmSync(own, { recursive: true, force: true }));
  const [kernelFile, ramdiskFile, nsm] = [join(own, 'kernel'), join(own, 'ramdisk'), join(own, 'nsm.sock')];
  writeFileSync(kernelFile, image.kernel, { mode: 0o400 });
  // What two ramdisks are to a loader that takes one: one behind the other.
  writeFileSync(ramdiskFile, Buffer.concat(image.ramdisks), { mode: 0o400 });
  // Its own path may hold what QEMU's options can't.
  symlinkSync(resolve(nsmSocket), nsm);
  const setting: MachineSetting = {
    kernelFile,
    ramdiskFile,
    commandLine: image.commandLine,
    port: await freePort(),
    relay: join(folder, 'relay.sock'),
    nsm,
    config: join(folder, 'config.sock'),
    deployment: join(folder, 'deployment.sock'),
    ...altered,
  };
  const keeper = await Keeper.start(setting, onEnd);
  undo.defer(() => keeper.stop());
  const running = undo.move();
  return {
    measurement: measureImage(image),
    get pid() {
      return keeper.pid;
    },
    port: () => keeper.port(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
