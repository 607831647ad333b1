import { Random } from '../support/random.ts';

const victims = ['issuer', 'kms', 'cloud', 'signer', 'device'] as const;
type Victim = (typeof victims)[number];
const moments = ['before', 'during', 'after'] as const;
type Moment = (typeof moments)[number];

/** Who dies, at which hop of the flow, when; `delay` ms after the hop has begun, for `during`. */
export interface Death {
  victim: Victim;
  moment: Moment;
  hop: number;
  delay: number;
}

/** `count` deaths spread evenly over victims and moments, and over every one of `hops` steps; fixed by the seed. */
export function planDeaths(seed: number, count: number, hops: number): Death[] {
  const random = new Random(seed);
  const shift = random.below(hops);
  return Array.from({ length: count }, (_, index) => {
    const victim = victims[index % victims.length] ?? 'device';
    const moment = moments[Math.floor(index / victims.length) % moments.length] ?? 'during';
    // A stride that shares no factor with most counts of hops walks over all of them, for each victim by itself.
    const hop = (shift + Math.floor(index / victims.length) * 7 + index * 3) % hops;
    return { victim, moment, hop, delay: random.below(6) };
  });
}
