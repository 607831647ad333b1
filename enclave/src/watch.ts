import { setTimeout as sleep } from 'node:timers/promises';
import { about, paths } from '@symbolon/protocol';

const interval = 60_000;
const patience = 10_000;
/** The signer refuses what both stores date more than a minute away from its own clock: long before that, it gets a new one. */
const maximumSkew = 15_000;
const failures = 2;

/**
 * Resolves with the reason once a machine has stopped doing its work without ending: it does not answer twice in a row, or its clock,
 * which runs by what the host said of its own rate, has gone too far from the host's. Null where `signal` aborts first.
 */
export async function untilUseless(port: number, signal: AbortSignal, every = interval): Promise<string | null> {
  let missed = 0;
  while (missed < failures) {
    await sleep(every, null, { signal, ref: false }).catch(() => null);
    if (signal.aborted) return null;
    const skew = await skewOf(port).catch(() => null);
    if (skew !== null && Math.abs(skew) > maximumSkew) return `its clock is ${Math.round(skew / 1_000)} s off`;
    missed = skew === null ? missed + 1 : 0;
  }
  return 'it does not answer';
}

/** How far the machine's clock is ahead of this one, ms. Throws where it does not answer. */
async function skewOf(port: number): Promise<number> {
  const url = `http://127.0.0.1:${port}${paths.about}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(patience) });
  const { time } = about.decode(new Uint8Array(await response.arrayBuffer()));
  return time - Date.now();
}
