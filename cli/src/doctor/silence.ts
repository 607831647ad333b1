import { join } from 'node:path';
import type { Home } from '../home.ts';
import { bad, type Finding, isSilent, type Silent } from './findings.ts';

/** Says of each that did not answer what to do: one party that ended is mended otherwise than a system that was never started. */
export function explainSilence(
  found: readonly (Finding | Silent)[],
  { path, deployment, running }: Pick<Home, 'path' | 'running'> & { deployment: { mode: string } },
): Finding[] {
  const none = found.every(isSilent);
  const nextOf = (about: string): string => {
    if (deployment.mode === 'production') return `Ask whoever runs the ${about}, and check your own connection.`;
    if (none) return running === null ? start : `${start} It was up before, and did not end in order.`;
    const log = join(path, 'logs', `${about}.log`);
    return `The rest is up: ${log} says why this one is not. Then end it all (Ctrl-C where it runs), and start it again.`;
  };
  return found.map((one) => (isSilent(one) ? bad(one.about, `does not answer at ${one.url}`, nextOf(one.about)) : one));
}

const start = 'Nothing of this system is up: start it with `symbolon up` (or `npm start`).';
