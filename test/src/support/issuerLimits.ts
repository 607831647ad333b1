import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** Lets one machine, from which a test sends everything, have as many sign-ins as it likes: a matter of configuration. */
export async function liftIssuerLimits({ devnet }: World): Promise<void> {
  const file = join(devnet.home.issuer, 'config.json');
  const quota = { quarterHour: 100_000, day: 100_000 };
  const limits = { requestsPerMinute: 100_000, networkAndMailbox: quota, network: quota, mailbox: quota };
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), limits }));
  await devnet.restart('issuer');
}
