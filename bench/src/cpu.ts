import { cpus } from 'node:os';
import type { Devnet } from '@symbolon/devnet';

/** Whose processor time counts. The device is this process: load, proofs, seals and checks. */
export const payers = ['kms', 'cloud', 'signer', 'device'] as const;
export type Payer = (typeof payers)[number];
export type Micros = Record<Payer, number>;

/** A moment of a run: what each payer has used since its start (user and system, all threads), and the machine's idle time. */
export interface Moment {
  at: number;
  spent: Micros;
  idle: number;
}

/** Reads it, microseconds. Throws Error where a party does not say what it used. */
export async function moment({ urls }: Devnet): Promise<Moment> {
  const [kms, cloud, signer] = await Promise.all([urls.kms, urls.cloud, urls.signer].map(cpuOf));
  if (kms === undefined || cloud === undefined || signer === undefined) throw new Error('unreachable');
  const { user, system } = process.cpuUsage();
  const idle = cpus().reduce((sum, { times }) => sum + times.idle * 1_000, 0);
  return { at: performance.now() * 1_000, spent: { kms, cloud, signer, device: user + system }, idle };
}

/** What was spent between two moments, for each of `count` signatures. */
export function perSignature(before: Moment, after: Moment, count: number): Micros {
  const each = (payer: Payer) => (after.spent[payer] - before.spent[payer]) / count;
  return { kms: each('kms'), cloud: each('cloud'), signer: each('signer'), device: each('device') };
}

/**
 * The cores' worth of processor time between two moments that was neither idle nor any payer's: other processes, and what a
 * hypervisor gave to others. Above a tenth of a core, a rate says more about the machine than about the system.
 */
export function takenByOthers(before: Moment, after: Moment): number {
  const elapsed = after.at - before.at;
  const ours = total(after.spent) - total(before.spent);
  return Math.max(0, cpus().length - (after.idle - before.idle + ours) / elapsed);
}

export const total = (micros: Micros): number => payers.reduce((sum, payer) => sum + micros[payer], 0);

async function cpuOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const [, seconds] = /^process_cpu_seconds_total (\S+)$/m.exec(text) ?? [];
  if (seconds === undefined) throw new Error(`${url}/metrics does not name its processor time`);
  return Number(seconds) * 1e6;
}
