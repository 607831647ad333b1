import { equal, toHex } from '@symbolon/crypto';
import { type Deployment, type SignedStatement, type StatementBody, statementBodyCodec } from '@symbolon/protocol';
import type { VerifiedStatement } from '@symbolon/verify';

/** What a statement decides, for whoever is to sign it. */
export function decisionInWords({ number, deployment, decision }: StatementBody): string[] {
  const verb = decision.what === 'allow-signer' ? 'Allow' : 'Withdraw, at once,';
  const { pcr0, pcr1, pcr2, configuration } = decision.pair;
  return [
    `Statement ${number} of deployment ${deployment}:`,
    `  ${verb} signers of this measurement and configuration:`,
    `    PCR0           ${toHex(pcr0)}`,
    `    PCR1           ${toHex(pcr1)}`,
    `    PCR2           ${toHex(pcr2)}`,
    `    configuration  ${toHex(configuration)}`,
    ...(decision.note === '' ? [] : [`  Note: ${decision.note}`]),
  ];
}

/** Who has signed so far, and how many it takes. */
export function signaturesInWords({ signatures }: SignedStatement, deployment: Deployment): string[] {
  const nameOf = (key: Uint8Array) =>
    deployment.organisations.find((one) => equal(one.key, key))?.name ?? 'nobody of this deployment';
  const { threshold, organisations } = deployment;
  return [
    `Signed by ${signatures.length}, needed are ${threshold} of ${organisations.length}:`,
    ...signatures.map(({ organisation }) => `  ${nameOf(organisation)}`),
  ];
}

/** One line of the list. `now` ms. */
export function statementLine({ body, loggedAt }: VerifiedStatement, deployment: Deployment, now: number): string {
  const { what, pair, note } = body.decision;
  const counts = what === 'withdraw-signer' ? loggedAt : loggedAt + deployment.waitSeconds * 1_000;
  const state = counts <= now ? 'in force' : `waits until ${new Date(counts).toISOString()}`;
  const verb = what === 'allow-signer' ? 'allows' : 'withdraws';
  return `${String(body.number).padStart(4)}  ${new Date(loggedAt).toISOString()}  ${verb} ${toHex(pair.pcr0).slice(0, 16)}...  ${state}${note === '' ? '' : `  (${note})`}`;
}

export const bodyOf = ({ body }: SignedStatement): StatementBody => statementBodyCodec.decode(body);
