/**
 * Why an intent was refused. Codes are stable:
 * - `intent-malformed`: not an intent at all (wrong shape, unknown `type`)
 * - `field-missing`, `field-unknown`, `field-invalid`: one field, named in the message
 * - `transaction-unprotected`: a legacy transaction without chainId could be replayed on every chain
 * - `transaction-type-unsupported`: a transaction type that is not understood yet, named in the message
 * - `typed-data-invalid`: EIP-712 data that does not follow its own types, or is too large
 * - `address-checksum`: a mixed-case address whose EIP-55 checksum is wrong
 * - `json-invalid`: text that is not strict JSON
 * - `signature-invalid`, `public-key-invalid`: bytes that are no secp256k1 signature or point
 */
export type IntentErrorCode =
  | 'intent-malformed'
  | 'field-missing'
  | 'field-unknown'
  | 'field-invalid'
  | 'transaction-unprotected'
  | 'transaction-type-unsupported'
  | 'typed-data-invalid'
  | 'address-checksum'
  | 'json-invalid'
  | 'signature-invalid'
  | 'public-key-invalid';

/** Input that will not be signed. `hint` says what to do next and never repeats the input. */
export class IntentError extends Error {
  readonly code: IntentErrorCode;
  readonly hint: string;
  readonly status = 400;

  constructor(code: IntentErrorCode, message: string, hint: string) {
    super(message);
    this.name = 'IntentError';
    this.code = code;
    this.hint = hint;
  }
}

/** Where in the input something was found, cut so that an attacker's field names cannot flood a log or a screen. */
export function at(path: string): string {
  const shown = printable(path);
  return shown.length <= 120 ? shown : `${shown.slice(0, 117)}...`;
}

/** Text with everything that could move a cursor, hide or reorder what a person reads shown as its code point. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

export function fieldInvalid(path: string, expected: string): IntentError {
  return new IntentError('field-invalid', `${at(path)}: expected ${expected}`, 'Correct this field and ask again.');
}
