import { concat } from '@symbolon/crypto';
import { type Deed, deedCodec } from '@symbolon/protocol';

/** A creation under way, as a crash would find it. No key material, ever: shares that were not kept are gone with the process. */
export interface Attempt {
  /** Exact bytes of the deed's first version; their hash is the wallet id. */
  body: Uint8Array;
  deed: Deed;
  /** Opens the deed's hashes, 32 bytes. */
  salt: Uint8Array;
  /** Both stores hold their shares: from here on a retry can go on. */
  kept: boolean;
}

const saltLength = 32;

/** kept (1) || salt (32) || body. */
export const attemptForm = {
  encode: ({ kept, salt, body }: Attempt): Uint8Array => concat(Uint8Array.of(kept ? 1 : 0), salt, body),
  decode: (bytes: Uint8Array): Attempt => {
    const [flag] = bytes;
    if (flag !== 0 && flag !== 1) throw new TypeError('not an attempt');
    const body = bytes.slice(1 + saltLength);
    return { kept: flag === 1, salt: bytes.slice(1, 1 + saltLength), body, deed: deedCodec.decode(body) };
  },
};
