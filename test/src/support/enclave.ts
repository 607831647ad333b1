import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, type HostOptions, startHost } from '@symbolon/enclave';
import type { World } from './world.ts';

/** The image that this world's signer runs in. */
export const imageOf = ({ devnet }: World): Uint8Array => readFileSync(join(devnet.home.signer, 'symbolon-signer.eif'));

/**
 * Takes the signer's host away from the world and plays it: the same image, deployment, security module and address, but for what
 * `instead` says. The world's own host is ended first.
 */
export async function playHost(world: World, instead: Partial<HostOptions> = {}): Promise<Host> {
  const { devnet, deployment } = world;
  await devnet.kill('signer', 'SIGTERM');
  return startHost({
    image: imageOf(world),
    port: Number(new URL(deployment.signer.url).port),
    deploymentText: readFileSync(join(devnet.home.signer, 'deployment.json')),
    nsmSocket: join(devnet.home.devNsm, 'nsm.sock'),
    origins: [],
    ...instead,
  });
}

/** The process id of the emulated machine: the one child of its host. */
export function machineOf({ devnet }: World): number {
  const { signer } = devnet.pids();
  const [machine] = readFileSync(`/proc/${signer}/task/${signer}/children`, 'utf8').trim().split(' ');
  return Number(machine);
}
