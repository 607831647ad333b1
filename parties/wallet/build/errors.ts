/** Why there is no release. `hint` says what to do next. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly code: 'input-invalid' | 'entry-missing' | 'bundle-failed' | 'release-damaged';
  readonly hint: string;

  constructor(code: BuildError['code'], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
