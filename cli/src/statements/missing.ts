import { equal } from '@symbolon/crypto';
import { type Deployment, type SignedStatement, tagged } from '@symbolon/protocol';
import type { SignatureChecks } from '@symbolon/verify';
import { CliError } from '../errors.ts';

/**
 * Before the kms is asked, which would only say "too few". A signature that does not hold over these bytes counts for nobody.
 * Throws CliError `statement-unsigned`, naming who has not signed.
 */
export function requireEnoughSignatures(
  { body, signatures }: SignedStatement,
  { organisations, threshold }: Pick<Deployment, 'organisations' | 'threshold'>,
  { ed25519 }: Pick<SignatureChecks, 'ed25519'>,
): void {
  const message = tagged('statement', body);
  const missing = organisations.filter(
    ({ key }) => !signatures.some((one) => equal(one.organisation, key) && ed25519(key, message, one.signature)),
  );
  const signed = organisations.length - missing.length;
  if (signed >= threshold) return;
  const lacking = threshold - signed;
  throw new CliError(
    'statement-unsigned',
    `Signed by ${signed} of the ${threshold} organisations that it takes; missing: ${lacking} of ${missing.map(({ name }) => name).join(', ')}.`,
    'At each of them: symbolon statement sign FILE --key organisation.key',
  );
}
