import { concat, utf8 } from '../bytes.ts';
import { HASH_LENGTH, labeledExpand, labeledExtract } from './hkdf.ts';
import { wipe } from './memory.ts';

const NONE = new Uint8Array(0);
const MODE_BASE = Uint8Array.of(0);
const PSK_ID_HASH = utf8('psk_id_hash');
const INFO_HASH = utf8('info_hash');
const SECRET = utf8('secret');
const KEY = utf8('key');
const BASE_NONCE = utf8('base_nonce');
const EXP = utf8('exp');
const SEC = utf8('sec');

/** Nonce of AES-GCM and of HPKE's other AEADs, bytes (Nn). */
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
  /** Bytes of the AEAD's key (Nk). */
  readonly keyLength: number;
  readonly pskIdHash: Uint8Array;
}

export function suite(id: Uint8Array, keyLength: number): Suite {
  return { id, keyLength, pskIdHash: labeledExtract(id, NONE, PSK_ID_HASH, NONE) };
}

/** KeySchedule in base mode (RFC 9180 section 5.1). Reads the shared secret, leaves it to the caller to wipe. */
export function keySchedule({ id, keyLength, pskIdHash }: Suite, sharedSecret: Uint8Array, info: Uint8Array): Context {
  const infoHash = labeledExtract(id, NONE, INFO_HASH, info);
  const context = concat(MODE_BASE, pskIdHash, infoHash);
  const secret = labeledExtract(id, sharedSecret, SECRET, NONE);
  try {
    return {
      key: labeledExpand(id, secret, KEY, context, keyLength),
      baseNonce: labeledExpand(id, secret, BASE_NONCE, context, NONCE_LENGTH),
      exporterSecret: labeledExpand(id, secret, EXP, context, HASH_LENGTH),
    };
  } finally {
    wipe(secret);
  }
}

/** Context.Export (RFC 9180 section 5.3), up to 32 bytes. */
export function exportSecret(
  suiteId: Uint8Array,
  exporterSecret: Uint8Array,
  exporterContext: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> {
  return labeledExpand(suiteId, exporterSecret, SEC, exporterContext, length);
}
