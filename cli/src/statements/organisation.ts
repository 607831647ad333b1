import { Secret } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import { type SignedStatement, tagged } from '@symbolon/protocol';
import { readSecretFile } from '@symbolon/service';
import { CliError } from '../errors.ts';

/**
 * An organisation's key: a file of the 32 bytes of an Ed25519 seed, readable by its owner alone. Throws CliError
 * `organisation-key`, ConfigError `secret-file`.
 */
export function readOrganisationKey(path: string): SigningKey {
  using seed = Secret.take(readSecretFile(path));
  if (seed.length !== 32) {
    const hint = 'Name the organisation.key file of the organisation that signs.';
    throw new CliError('organisation-key', `${path} is not an Ed25519 seed of 32 bytes.`, hint);
  }
  return SigningKey.fromSeed(seed);
}

/** One organisation's signature over exactly these bytes. */
export function signStatementAs(key: SigningKey, body: Uint8Array): SignedStatement['signatures'][number] {
  return { organisation: key.publicKey, signature: key.sign(tagged('statement', body)) };
}
