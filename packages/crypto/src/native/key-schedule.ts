import { concat, offHeap } from '../bytes.ts';
import { expand, expandLabel, extract, extractLabel, HASH_LENGTH } from './hkdf.ts';
import { Lru } from './lru.ts';
import { lockedAlloc, wipe } from './memory.ts';

const NONE = new Uint8Array(0);
const MODE_BASE = Uint8Array.of(0);

/** Bytes of ChaCha20-Poly1305's key and nonce (Nk and Nn, RFC 9180 section 7.3). */
export const KEY_LENGTH = 32;
export const NONCE_LENGTH = 12;

/** The keys of one HPKE context. All but the nonce are secret, and belong to the caller to wipe. */
export interface Context {
  readonly key: Uint8Array;
  readonly baseNonce: Uint8Array;
  readonly exporterSecret: Uint8Array;
}

/** What does not depend on the message: computed once for each suite. */
export interface Suite {
  readonly id: Uint8Array;
  readonly secretLabel: Uint8Array;
  readonly keyLabel: Uint8Array;
  readonly nonceLabel: Uint8Array;
  readonly exporterLabel: Uint8Array;
  /** key_schedule_context by `info`, which is public and of which a process has a handful. */
  readonly contexts: Lru<Uint8Array>;
}

export function suite(id: Uint8Array): Suite {
  return {
    id,
    secretLabel: extractLabel(id, 'secret'),
    keyLabel: expandLabel(id, 'key', KEY_LENGTH),
    nonceLabel: expandLabel(id, 'base_nonce', NONCE_LENGTH),
    exporterLabel: expandLabel(id, 'exp', HASH_LENGTH),
    contexts: new Lru(64),
  };
}

/** Wiped after each key schedule, none of which overlap: everything here is synchronous. */
const scratchSecret = lockedAlloc(HASH_LENGTH);

/** KeySchedule in base mode (RFC 9180 section 5.1). Reads the shared secret, leaves it to the caller to wipe. */
export function keySchedule(suite: Suite, sharedSecret: Uint8Array, info: Uint8Array): Context {
  const context = suite.contexts.getOrMake(info, () => scheduleContext(suite.id, info));
  const keys = offHeap(KEY_LENGTH + NONCE_LENGTH + HASH_LENGTH); // one allocation, not three
  const key = keys.subarray(0, KEY_LENGTH);
  const baseNonce = keys.subarray(KEY_LENGTH, KEY_LENGTH + NONCE_LENGTH);
  const exporterSecret = keys.subarray(KEY_LENGTH + NONCE_LENGTH);
  try {
    extract(scratchSecret, sharedSecret, suite.secretLabel);
    expand(key, scratchSecret, suite.keyLabel, context);
    expand(baseNonce, scratchSecret, suite.nonceLabel, context);
    expand(exporterSecret, scratchSecret, suite.exporterLabel, context);
  } finally {
    wipe(scratchSecret);
  }
  return { key, baseNonce, exporterSecret };
}

/** Context.Export (RFC 9180 section 5.3), fills `out`. */
export function exportSecret(
  out: Uint8Array,
  suiteId: Uint8Array,
  exporterSecret: Uint8Array,
  exporterContext: Uint8Array,
): void {
  expand(out, exporterSecret, expandLabel(suiteId, 'sec', out.length), exporterContext);
}

/** key_schedule_context: mode || psk_id_hash || info_hash. */
function scheduleContext(id: Uint8Array, info: Uint8Array): Uint8Array {
  const [pskIdHash, infoHash] = [offHeap(HASH_LENGTH), offHeap(HASH_LENGTH)];
  extract(pskIdHash, NONE, extractLabel(id, 'psk_id_hash'));
  extract(infoHash, NONE, extractLabel(id, 'info_hash'), info);
  return concat(MODE_BASE, pskIdHash, infoHash);
}
