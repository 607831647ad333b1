import { VaultError, type VaultReason } from '@symbolon/share-store';

/** Return values of PKCS#11 v2.40 (3.0 for the last of `mismatches`) with a meaning of their own to the operator. */
const reasons: ReadonlyMap<number, VaultReason> = new Map([
  [0x02, 'hsm-full'], // CKR_HOST_MEMORY
  [0x31, 'hsm-full'], // CKR_DEVICE_MEMORY
  [0xb1, 'hsm-full'], // CKR_SESSION_COUNT
  [0x30, 'hsm-away'], // CKR_DEVICE_ERROR
  [0x32, 'hsm-away'], // CKR_DEVICE_REMOVED
  [0x05, 'hsm-away'], // CKR_GENERAL_ERROR
  [0x06, 'hsm-away'], // CKR_FUNCTION_FAILED
  [0x60, 'hsm-away'], // CKR_KEY_HANDLE_INVALID
  [0x82, 'hsm-away'], // CKR_OBJECT_HANDLE_INVALID
  [0xb0, 'hsm-away'], // CKR_SESSION_CLOSED
  [0xb3, 'hsm-away'], // CKR_SESSION_HANDLE_INVALID
  [0x101, 'hsm-away'], // CKR_USER_NOT_LOGGED_IN
  [0x113, 'hsm-away'], // CKR_WRAPPING_KEY_HANDLE_INVALID
  [0xf0, 'hsm-away'], // CKR_UNWRAPPING_KEY_HANDLE_INVALID
  [0x190, 'hsm-away'], // CKR_CRYPTOKI_NOT_INITIALIZED
  [0x03, 'token-missing'], // CKR_SLOT_ID_INVALID
  [0xe0, 'token-missing'], // CKR_TOKEN_NOT_PRESENT
  [0xe1, 'token-missing'], // CKR_TOKEN_NOT_RECOGNIZED
  [0xa0, 'pin-wrong'], // CKR_PIN_INCORRECT
  [0xa1, 'pin-wrong'], // CKR_PIN_INVALID
  [0xa2, 'pin-wrong'], // CKR_PIN_LEN_RANGE
  [0xa3, 'pin-locked'], // CKR_PIN_EXPIRED
  [0xa4, 'pin-locked'], // CKR_PIN_LOCKED
  [0x102, 'pin-wrong'], // CKR_USER_PIN_NOT_INITIALIZED
]);

/** What an HSM may answer when bytes do not belong to a key: SoftHSM2 says CKR_GENERAL_ERROR, which may mean anything else too. */
const mismatches: ReadonlySet<number> = new Set([0x05, 0x06, 0x40, 0x41, 0xc0, 0xc1, 0x110, 0x112, 0x42]);

const codeOf = (error: unknown): number | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;

/** A failed PKCS#11 call, or what else was thrown, as the operator is told of it. */
export function vaultErrorOf(error: unknown): VaultError {
  if (error instanceof VaultError) return error;
  const code = codeOf(error);
  return new VaultError((code === null ? undefined : reasons.get(code)) ?? 'hsm-refused');
}

/** Whether a failed call may mean that what it was given does not belong to the key. */
export function mayBeMismatch(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && mismatches.has(code);
}

/** Whether nothing more can be had of this session. */
export const endsSession = (reason: VaultReason): boolean => reason === 'hsm-away' || reason === 'token-missing';
