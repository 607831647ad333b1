import { ClientError } from '@symbolon/client';
import type { Problem } from '../model.ts';

/** What may be another thing when it is tried again. */
const passing = new Set([
  'party-unreachable',
  'party-refused',
  'stores-disagree',
  'signer-changed',
  'signing-refused',
  'evidence-refused',
  'transaction-timeout',
  'sign-in-failed',
]);

/** What a screen says of an error: a code for which the catalogue has words, and whose fault it seems to be. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof ClientError)) return { code: 'unexpected', retry: true, party: null };
  return { code: error.code, retry: passing.has(error.code), party: error.party };
}
