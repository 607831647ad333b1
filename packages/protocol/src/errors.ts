/**
 * Why a message was refused before anything was done with it. Codes are stable; the table with their meaning stands in
 * docs/errors.md.
 */
export type ProtocolErrorCode = 'malformed' | 'deed-invalid';

/** Input that does not follow the protocol. `hint` says what to do next and never repeats the input. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;
  readonly hint: string;
  readonly status = 400;

  constructor(code: ProtocolErrorCode, message: string, hint: string) {
    super(message);
    this.name = 'ProtocolError';
    this.code = code;
    this.hint = hint;
  }
}
