import type { Deployment } from '@symbolon/protocol';

/** To the device's process. */
export type Command =
  | { do: 'run'; folder: string; email: string; deployment: Deployment; mailbox: string }
  /** Goes on after it has told where it stands. */
  | { do: 'go'; id: number };

/** From it. Told and waited for: before and after each hop, and when an address is shown. */
export type Told =
  | { told: 'hop'; id: number; when: 'before' | 'after'; where: string }
  | { told: 'shown'; id: number; wallet: Uint8Array }
  | { told: 'done'; wallet: Uint8Array; publicKey: Uint8Array; signature: Uint8Array; releases: number }
  | { told: 'failed'; why: string };

/** What the device has signed: the same each time, since each is a new person's. */
export const text = 'signed by a device that may be killed';
