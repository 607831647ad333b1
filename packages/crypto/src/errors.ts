/**
 * - `secret-wiped`: a Secret was used after its end.
 * - `length-mismatch`: two byte strings that must have equal length do not, or a length is out of range.
 * - `invalid-encoding`: text is not strict hex or strict base64url.
 * - `invalid-key`: a key is not one of its algorithm (length, range, point not on the curve).
 * - `key-mismatch`: the P-check failed; nothing was signed.
 * - `sign-failed`: a fresh signature did not verify; it was not given out.
 * - `open-failed`: a ciphertext did not open. Says nothing of the reason, since whoever sent it may be probing.
 * - `reply-used`: a request context answers once.
 */
export type CryptoErrorCode =
  | 'secret-wiped'
  | 'length-mismatch'
  | 'invalid-encoding'
  | 'invalid-key'
  | 'key-mismatch'
  | 'sign-failed'
  | 'open-failed'
  | 'reply-used';

const MESSAGES: Record<CryptoErrorCode, string> = {
  'secret-wiped': 'secret used after it was wiped',
  'length-mismatch': 'byte lengths do not match',
  'invalid-encoding': 'text is not in its strict encoding',
  'invalid-key': 'not a key of this algorithm',
  'key-mismatch': 'key does not yield the expected public key',
  'sign-failed': 'fresh signature did not verify',
  'open-failed': 'could not open',
  'reply-used': 'this context has already carried its reply',
};

/**
 * Every error of this package; narrow it by `code`. Carries no input and no cause: the failing input may be a secret,
 * and a loggable error must not carry it.
 */
export class CryptoError<Code extends CryptoErrorCode = CryptoErrorCode> extends Error {
  override readonly name = 'CryptoError';
  readonly code: Code;

  constructor(code: Code) {
    super(MESSAGES[code]);
    this.code = code;
  }
}
