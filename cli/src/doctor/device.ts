import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bad, type Finding, good, note } from './findings.ts';

/** The folder in which this device keeps its key. */
export function examineDevice(folder: string): Finding[] {
  if (!existsSync(folder)) return [note('device', 'has no key yet: it is made at the first sign-in')];
  const paths = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
  const open = paths.filter((path) => (statSync(path).mode & 0o077) !== 0);
  if (open.length > 0) {
    const next = `Find out who has read it, then chmod go= ${open.join(' ')}, and enrol a new device key.`;
    return [bad('device', `${open.join(', ')} can be read by other users`, next)];
  }
  return [good('device', `its key lies in ${folder}: whoever reads that file is this device`)];
}
