/**
 * - `image-malformed`   not an enclave image file that we would write
 * - `input-missing`     a locked input can't be had from here
 * - `input-altered`     an input is there, and is not the one that the lock names
 * - `tool-missing`      a program of the system that is needed is not installed
 * - `build-failed`      compiler or bundler refused
 * - `emulator`          the machine does not boot, or does not stay up
 * - `image-refused`     it was booted, and kms or cloud does not take its evidence: another image goes on running
 */
export type EnclaveErrorCode =
  | 'image-malformed'
  | 'input-missing'
  | 'input-altered'
  | 'tool-missing'
  | 'build-failed'
  | 'emulator'
  | 'image-refused';

/** Why there is no image, or no enclave. `hint` says what to do next. */
export class EnclaveError extends Error {
  override readonly name = 'EnclaveError';
  readonly code: EnclaveErrorCode;
  readonly hint: string;

  constructor(code: EnclaveErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
