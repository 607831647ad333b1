export type DevnetErrorCode =
  | 'home-foreign'
  | 'home-in-use'
  | 'home-ports'
  | 'home-damaged'
  | 'home-path-too-long'
  | 'port-taken'
  | 'party-failed'
  | 'chain-missing'
  | 'chain-refused'
  | 'interrupted';

/** Why the local system does not run. `hint` says what to do next. */
export class DevnetError extends Error {
  override readonly name = 'DevnetError';
  readonly code: DevnetErrorCode;
  readonly hint: string;

  constructor(code: DevnetErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
