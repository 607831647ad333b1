import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Measurement, parseMeasurement } from '@symbolon/attestation';
import { enclaveRoot } from './lock.ts';

export const releaseFile = join(enclaveRoot, 'release.json');

/** What the image of this release measures, as published with it. */
export const readRelease = (): Measurement => parseMeasurement(JSON.parse(readFileSync(releaseFile, 'utf8')));
