import type { VerifyEd25519 } from '@symbolon/protocol';

/** The two signature checks that every party makes for itself; servers over native code, devices over a library. */
export interface SignatureChecks {
  /** ES256 by a P-256 point (X || Y, 64 bytes), signature r || s (64 bytes). False for anything that is not valid. */
  es256(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  ed25519: VerifyEd25519;
}
