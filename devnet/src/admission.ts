import { printMeasurement } from '@symbolon/attestation';
import {
  fetchStatements,
  nativeChecks,
  nextStatement,
  readOrganisationKey,
  signStatementAs,
  submitStatement,
} from '@symbolon/cli';
import { equal } from '@symbolon/crypto';
import { measureSigner } from '@symbolon/dev-nsm';
import { type AllowedPair, configurationHash, type Deployment, signerConfigurationOf } from '@symbolon/protocol';
import type { Home } from './home.ts';
import { organisationsOf } from './organisations.ts';
import { sourceRoot } from './parties.ts';
import type { Progress } from './progress.ts';

/**
 * Has the development organisations allow the signer as its source lies here, with this deployment's configuration, unless their
 * list has decided on it already. An organisation measures the source itself: it takes no running process's word.
 */
export async function admitSigner(
  home: Home,
  deployment: Deployment,
  tell: (progress: Progress) => void,
): Promise<void> {
  const measurement = measureSigner(sourceRoot);
  const pair = { ...measurement, configuration: configurationHash(signerConfigurationOf(deployment)) };
  const list = await fetchStatements(deployment, nativeChecks);
  // One that waits is not made to count sooner by saying it again, and one that was withdrawn stays so.
  if (list.some(({ body: { decision } }) => 'pair' in decision && samePair(decision.pair, pair))) return;

  const decision = { what: 'allow-signer', pair, note: 'admitted by npm start: development' } as const;
  const body = nextStatement(list, deployment, decision, Date.now());
  const organisations = organisationsOf(home);
  const signatures = organisations.slice(0, deployment.threshold).map(({ keyFile }) => {
    using key = readOrganisationKey(keyFile);
    return signStatementAs(key, body);
  });
  await submitStatement(deployment, { body, signatures });
  tell({
    what: 'admitted',
    measurement: printMeasurement(measurement),
    organisations: signatures.length,
    of: organisations.length,
    first: list.length === 0,
    waitSeconds: deployment.waitSeconds,
  });
}

const samePair = (a: AllowedPair, b: AllowedPair): boolean =>
  equal(a.pcr0, b.pcr0) && equal(a.pcr1, b.pcr1) && equal(a.pcr2, b.pcr2) && equal(a.configuration, b.configuration);
