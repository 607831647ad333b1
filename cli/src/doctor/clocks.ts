import { clockSkew } from '@symbolon/protocol';
import { bad, type Finding, good, note } from './findings.ts';

/** A party's clock, and when it was read by ours (ms, before and after). */
export interface ClockReading {
  party: string;
  theirs: number;
  sent: number;
  got: number;
  /** How finely the party told its time, ms. */
  resolution: number;
}

/** What matters to nobody: half a second. */
const unremarkable = 500;

/** Compares a party's clock with this machine's, as far as the time on the way allows. */
export function judgeClock({ party, theirs, sent, got, resolution }: ClockReading): Finding {
  const about = `${party}'s clock`;
  const uncertain = got - sent + resolution;
  const apart = Math.round(theirs + resolution / 2 - (sent + got) / 2);
  const beyond = Math.max(0, Math.abs(apart) - uncertain);
  const words = `${(Math.abs(apart) / 1_000).toFixed(1)} s ${apart < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (beyond > clockSkew) return bad(about, words, 'Set the clock that is wrong: beyond a minute nothing is accepted.');
  return beyond > unremarkable ? note(about, words) : good(about, "agrees with this machine's");
}
