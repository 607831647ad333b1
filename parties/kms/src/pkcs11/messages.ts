import type { VaultReason } from '@symbolon/share-store';
import type { RootPlace } from './settings.ts';

/** The first message to a process: what it is to open, and the public key under which it sends the key of their channel. */
export interface Begin {
  place: RootPlace;
  pinFile: string;
  sealTo: Uint8Array;
}

/** The last of each is asked of an idle HSM, to learn that it is still there. Shares are sealed under the channel's key. */
export type Work =
  | { do: 'create'; context: Uint8Array }
  | { do: 'protect'; key: Uint8Array; context: Uint8Array; label: string; share: Uint8Array }
  | { do: 'open'; key: Uint8Array; context: Uint8Array; label: string; sealed: Uint8Array }
  | { do: 'ping' };
export type Ask = Work & { id: number };

export type Answer =
  | { what: 'ready'; identity: Uint8Array; channel: Uint8Array }
  | { what: 'failed'; reason: VaultReason }
  | { what: 'done'; id: number; bytes: Uint8Array }
  | { what: 'mismatch'; id: number }
  | { what: 'refused'; id: number; reason: VaultReason };

/** Names of what is sealed between the two processes. */
export const channelInfo = 'symbolon/v1/hsm-channel';
export const shareIn = (id: number): string => `in ${id}`;
export const shareOut = (id: number): string => `out ${id}`;
