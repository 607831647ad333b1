import { readFileSync } from 'node:fs';
import { parseMeasurement } from '@symbolon/attestation';
import { fromHex } from '@symbolon/crypto';
import { type AllowedPair, configurationHash, type Deployment, signerConfigurationOf } from '@symbolon/protocol';
import { CliError } from '../errors.ts';

/**
 * The pair in a JSON file {pcr0, pcr1, pcr2, configuration?}, hex; without a configuration, this deployment's. Throws CliError
 * `measurement-invalid`.
 */
export function readPair(path: string, deployment: Deployment): AllowedPair {
  try {
    const { configuration, ...measurement } = JSON.parse(readFileSync(path, 'utf8'));
    const own = configurationHash(signerConfigurationOf(deployment));
    return { ...parseMeasurement(measurement), configuration: configuration === undefined ? own : hash(configuration) };
  } catch {
    const hint =
      'It should be {"pcr0": "..", "pcr1": "..", "pcr2": ".."}, 96 hex digits each: what your own build measured.';
    throw new CliError('measurement-invalid', `${path} holds no measurement.`, hint);
  }
}

function hash(text: unknown): Uint8Array {
  if (typeof text !== 'string' || !/^[0-9a-f]{64}$/.test(text)) throw new TypeError('no SHA-256 in hex');
  return fromHex(text);
}
