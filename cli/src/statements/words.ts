import { equal, toHex } from '@symbolon/crypto';
import {
  type Decision,
  type Deployment,
  type SignedStatement,
  type StatementBody,
  statementBodyCodec,
} from '@symbolon/protocol';
import type { VerifiedStatement } from '@symbolon/verify';
import { allows, type Standing } from './standing.ts';

/** What a statement decides, for whoever is to sign it. */
export function decisionInWords({ number, deployment, decision }: StatementBody): string[] {
  return [
    `Statement ${number} of deployment ${deployment}:`,
    ...whatInWords(decision),
    ...(decision.note === '' ? [] : [`  Note: ${decision.note}`]),
  ];
}

function whatInWords(decision: Decision): string[] {
  const verb = allows(decision) ? 'Allow' : 'Withdraw, at once,';
  if ('release' in decision) {
    return [`  ${verb} this release of the wallet's page:`, `    release  ${toHex(decision.release)}`];
  }
  const { pcr0, pcr1, pcr2, configuration } = decision.pair;
  return [
    `  ${verb} signers of this measurement and configuration:`,
    `    PCR0           ${toHex(pcr0)}`,
    `    PCR1           ${toHex(pcr1)}`,
    `    PCR2           ${toHex(pcr2)}`,
    `    configuration  ${toHex(configuration)}`,
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

/** One line of the list. `standing` is what {@link standings} says of it. */
export function statementLine({ body, loggedAt }: VerifiedStatement, standing: Standing): string {
  const { decision, number } = body;
  const verb = allows(decision) ? 'allows' : 'withdraws';
  const [kind, hash] = 'release' in decision ? ['page', decision.release] : ['signer', decision.pair.pcr0];
  const note = decision.note === '' ? '' : `  (${decision.note})`;
  return `${String(number).padStart(4)}  ${new Date(loggedAt).toISOString()}  ${verb} ${kind} ${toHex(hash).slice(0, 16)}...  ${standingInWords(standing)}${note}`;
}

function standingInWords({ state, since, by }: Standing): string {
  const time = new Date(since).toISOString();
  if (state === 'waiting') return `waits until ${time}`;
  return state === 'withdrawn' ? `withdrawn by ${by} at ${time}` : `in force since ${time}`;
}

export const bodyOf = ({ body }: SignedStatement): StatementBody => statementBodyCodec.decode(body);
