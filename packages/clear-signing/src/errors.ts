/**
 * Why a request can't be said in words. Codes are stable:
 * - `no-descriptor`: no descriptor is bound to this contract or message
 * - `unknown-function`, `unknown-message`: one is bound, but describes neither this selector nor this message type
 * - `descriptor-invalid`: not a descriptor, or one that contradicts itself; `descriptor-version`: of another major version
 * - `descriptor-hash`: not the bytes that the index names
 * - `calldata-malformed`, `typed-data-malformed`: the data does not follow its own types
 * - `too-large`: would not end quickly or not fit on any screen
 * - `path-not-found`: a field to be shown is not in the data
 * - `value-refused`: a value that the descriptor demands to be another (`mustMatch`)
 * - `length-mismatch`: arrays that belong together differ in length
 * - `map-no-match`: the descriptor's map has no entry for this request, so it is not valid for it
 */
export type ClearSigningCode =
  | 'no-descriptor'
  | 'unknown-function'
  | 'unknown-message'
  | 'descriptor-invalid'
  | 'descriptor-version'
  | 'descriptor-hash'
  | 'calldata-malformed'
  | 'typed-data-malformed'
  | 'too-large'
  | 'path-not-found'
  | 'value-refused'
  | 'length-mismatch'
  | 'map-no-match';

/** Nothing is said rather than something wrong: the caller shows the request as one that can't be read. */
export class ClearSigningError extends Error {
  readonly code: ClearSigningCode;

  constructor(code: ClearSigningCode, message: string) {
    super(message);
    this.name = 'ClearSigningError';
    this.code = code;
  }
}
