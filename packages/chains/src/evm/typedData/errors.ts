import { at, IntentError } from '../errors.ts';

/** EIP-712 data that will not be signed; `path` says where. */
export function typedDataInvalid(path: string, what: string): IntentError {
  return new IntentError(
    'typed-data-invalid',
    `${at(path)}: ${what}`,
    'Typed data must follow its own types exactly (EIP-712), with a value for every member.',
  );
}
