import { verifyEd25519, verifyEs256 } from '@symbolon/crypto/native';
import type { SignatureChecks } from '@symbolon/verify';

/** Signature checks over native code. */
export const nativeChecks: SignatureChecks = { es256: verifyEs256, ed25519: verifyEd25519 };
