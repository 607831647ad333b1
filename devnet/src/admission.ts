import { type Measurement, printMeasurement } from '@symbolon/attestation';
import {
  fetchStatements,
  nativeChecks,
  nextStatement,
  readOrganisationKey,
  signStatementAs,
  submitStatement,
} from '@symbolon/cli';
import { equal } from '@symbolon/crypto';
import {
  type AllowedPair,
  configurationHash,
  type Decision,
  type Deployment,
  signerConfigurationOf,
} from '@symbolon/protocol';
import type { Home } from './home.ts';
import { organisationsOf } from './organisations.ts';
import type { Progress } from './progress.ts';

type Tell = (progress: Progress) => void;

/**
 * Has the development organisations allow a signer of this measurement with this deployment's configuration, unless their list has
 * decided on it already. It is measured from the source as it lies here, or from the image built of that: an organisation takes no
 * running process's word.
 */
export async function admitSigner(
  home: Home,
  deployment: Deployment,
  measurement: Measurement,
  tell: Tell,
): Promise<void> {
  const pair = { ...measurement, configuration: configurationHash(signerConfigurationOf(deployment)) };
  const decision = { what: 'allow-signer', pair, note: 'admitted by npm start: development' } as const;
  const admitted = await decide(home, deployment, decision, (one) => 'pair' in one && samePair(one.pair, pair));
  if (admitted === null) return;
  tell({ what: 'admitted', measurement: printMeasurement(measurement), ...admitted });
}

/** The same for a release of the wallet's page that was built here, by the hash of its manifest. */
export async function admitPage(home: Home, deployment: Deployment, release: Uint8Array): Promise<void> {
  const decision = { what: 'allow-page', release, note: 'admitted by npm start: development' } as const;
  await decide(home, deployment, decision, (one) => 'release' in one && equal(one.release, release));
}

/** Puts a decision on the kms's list, signed by as many organisations as it takes; null where the list has one about this. */
async function decide(
  home: Home,
  deployment: Deployment,
  decision: Decision,
  isAboutThis: (other: Decision) => boolean,
): Promise<{ organisations: number; of: number; first: boolean; waitSeconds: number } | null> {
  const list = await fetchStatements(deployment, nativeChecks);
  // One that waits is not made to count sooner by saying it again, and one that was withdrawn stays so.
  if (list.some(({ body }) => isAboutThis(body.decision))) return null;
  const body = nextStatement(list, deployment, decision, Date.now());
  const organisations = organisationsOf(home);
  const signatures = organisations.slice(0, deployment.threshold).map(({ keyFile }) => {
    using key = readOrganisationKey(keyFile);
    return signStatementAs(key, body);
  });
  await submitStatement(deployment, { body, signatures });
  const { waitSeconds } = deployment;
  return { organisations: signatures.length, of: organisations.length, first: list.length === 0, waitSeconds };
}

const samePair = (a: AllowedPair, b: AllowedPair): boolean =>
  equal(a.pcr0, b.pcr0) && equal(a.pcr1, b.pcr1) && equal(a.pcr2, b.pcr2) && equal(a.configuration, b.configuration);
